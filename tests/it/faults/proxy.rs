//! A proxy in front of the test server that knows where PostgreSQL's messages begin and end, counts them, and disturbs
//! a run at the message that a plan names.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{oneshot, watch};

use crate::support::{block_on, cluster};

/// The codes that stand where the protocol's version stands in a startup message.
const CANCEL: u32 = 80_877_102;
const TLS: u32 = 80_877_103;
const GSS: u32 = 80_877_104;

/// How much of a message is kept for whoever reads of a failure.
const SHOWN: usize = 80;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the program to the server.
    ToServer,
    /// From the server to the program.
    ToClient,
}

/// Whether the message still arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It does not.
    Before,
    /// It does.
    After,
}

/// What is done to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Both sides are told that it ends (FIN). New connections get through.
    Cut,
    /// Both sides are told that it is broken (RST). New connections get through.
    Reset,
    /// Nothing moves in either direction for a while, then it is reset. New connections get through.
    Stall(Duration),
    /// Every connection is reset, and no new one gets through.
    Gone,
}

/// Where and how a run is disturbed. Messages are counted from 1 over all connections of the run, as they arrive.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Whose messages are counted.
    pub direction: Direction,
    /// At which of them.
    pub number: usize,
    /// Before or after it is handed on.
    pub placement: Placement,
    /// What happens then.
    pub fault: Fault,
}

/// What came by.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// How many messages went to the server.
    pub to_server: usize,
    /// How many went to the program.
    pub to_client: usize,
    /// The message that the run was disturbed at; nothing if it got through.
    pub disturbed_at: Option<String>,
}

/// A proxy that runs until its value is dropped.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    socket: PathBuf,
    plan: Option<Plan>,
    seen: Mutex<Seen>,
    gone: watch::Sender<bool>,
}

impl Proxy {
    /// Begins to listen.
    pub fn start(plan: Option<Plan>) -> Self {
        let cluster = cluster();
        let socket = cluster.socket_folder.join(format!(".s.PGSQL.{}", cluster.port));
        let state = Arc::new(State { socket, plan, seen: Mutex::default(), gone: watch::Sender::new(false) });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn({
            let state = Arc::clone(&state);
            move || {
                block_on(async {
                    let listener = TcpListener::from_std(listener).unwrap();
                    tokio::select! { () = accept(&listener, &state) => {}, _ = stopped => {} }
                });
            }
        });
        Proxy { port, state, stop: Some(stop), thread: Some(thread) }
    }

    /// A connection string for the role that scripts run as.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// What came by until now.
    pub fn seen(&self) -> Seen {
        self.state.seen.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn accept(listener: &TcpListener, state: &Arc<State>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        if *state.gone.borrow() {
            client.set_zero_linger().unwrap();
        } else {
            tokio::spawn(serve(client, Arc::clone(state)));
        }
    }
}

/// Why handing on ended.
enum End {
    /// One side closed the connection.
    Closed,
    /// The plan says so.
    Fault(Fault),
}

async fn serve(mut client: TcpStream, state: Arc<State>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut server = UnixStream::connect(&state.socket).await?;
    let first = first_message(&mut client).await?;
    if code(&first) == CANCEL {
        server.write_all(&first).await?;
        return tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop);
    }
    let mut gone = state.gone.subscribe();
    let end = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let up = async {
            match hand_on(&state, Direction::ToServer, &first, &mut to_server).await? {
                Some(fault) => Ok(End::Fault(fault)),
                None => pump(&state, Direction::ToServer, &mut from_client, &mut to_server).await,
            }
        };
        let down = pump(&state, Direction::ToClient, &mut from_server, &mut to_client);
        tokio::select! {
            end = up => end,
            end = down => end,
            _ = gone.wait_for(|gone| *gone) => Ok(End::Fault(Fault::Gone)),
        }
    };
    match end.unwrap_or(End::Closed) {
        End::Closed => Ok(()),
        End::Fault(Fault::Cut) => {
            drop(server);
            client.shutdown().await?;
            // Closing with something unread would be a reset.
            tokio::time::timeout(Duration::from_secs(1), drain(&mut client)).await.unwrap_or(Ok(()))
        }
        End::Fault(Fault::Reset) => client.set_zero_linger(),
        End::Fault(Fault::Stall(time)) => {
            tokio::time::sleep(time).await;
            client.set_zero_linger()
        }
        End::Fault(Fault::Gone) => {
            state.gone.send_replace(true);
            client.set_zero_linger()
        }
    }
}

async fn drain(client: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while client.read(&mut buffer).await? > 0 {}
    Ok(())
}

/// The startup message or the cancel request; encryption is declined on the way there.
async fn first_message(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    loop {
        let message = read(client, None).await?;
        match code(&message) {
            TLS | GSS => client.write_all(b"N").await?,
            _ => return Ok(message),
        }
    }
}

fn code(first: &[u8]) -> u32 {
    first.get(4..8).map_or(0, |code| u32::from_be_bytes(code.try_into().unwrap()))
}

/// Hands messages on until one side closes, or the plan says otherwise.
async fn pump(
    state: &State,
    direction: Direction,
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<End> {
    loop {
        let Ok(kind) = from.read_u8().await else { return Ok(End::Closed) };
        let message = read(from, Some(kind)).await?;
        if let Some(fault) = hand_on(state, direction, &message, to).await? {
            return Ok(End::Fault(fault));
        }
    }
}

/// Reads one message, of which the type, where it has one, was read already.
async fn read(from: &mut (impl AsyncRead + Unpin), kind: Option<u8>) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let mut message: Vec<u8> = kind.into_iter().chain(length.to_be_bytes()).collect();
    let start = message.len();
    message.resize(start + (length as usize).saturating_sub(4), 0);
    from.read_exact(&mut message[start..]).await?;
    Ok(message)
}

/// Counts a message and hands it on, unless the plan is against it; gives the fault that follows.
async fn hand_on(
    state: &State,
    direction: Direction,
    message: &[u8],
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<Option<Fault>> {
    let due = state.arrives(direction, message);
    if due.is_none_or(|plan| plan.placement == Placement::After) {
        to.write_all(message).await?;
        to.flush().await?;
    }
    Ok(due.map(|plan| plan.fault))
}

impl State {
    /// Counts a message; gives the plan if it is the one that the plan means.
    fn arrives(&self, direction: Direction, message: &[u8]) -> Option<Plan> {
        let mut seen = self.seen.lock().unwrap();
        let count = match direction {
            Direction::ToServer => &mut seen.to_server,
            Direction::ToClient => &mut seen.to_client,
        };
        *count += 1;
        let number = *count;
        let due = self.plan.filter(|plan| plan.direction == direction && plan.number == number);
        if due.is_some() {
            let text = String::from_utf8_lossy(&message[..message.len().min(SHOWN)]);
            let printable = |c: char| if c.is_control() { ' ' } else { c };
            seen.disturbed_at = Some(text.chars().map(printable).collect());
        }
        due
    }
}
