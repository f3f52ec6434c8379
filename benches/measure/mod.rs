//! How long a program takes, how much memory it has at its peak, and how two of them compare.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// One run of a program.
#[derive(Clone, Copy)]
pub struct Run {
    /// How long it took.
    pub took: Duration,
    /// Its largest resident memory in KiB; nothing where the system does not tell.
    pub peak: Option<u64>,
}

/// Runs a program to its end, and takes the time.
pub fn time(mut command: Command) -> Duration {
    let begun = Instant::now();
    let status = silent(&mut command).status().unwrap();
    assert!(status.success(), "{:?} ended with {status}", command.get_program());
    begun.elapsed()
}

/// Runs a program to its end, and looks again and again at its memory.
pub fn watch(mut command: Command) -> Run {
    let begun = Instant::now();
    let mut child = silent(&mut command).spawn().unwrap();
    let mut peak = None;
    let status = loop {
        // The mark only rises, so the last look before the end has it.
        peak = high_water(&child).or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    assert!(status.success(), "{:?} ended with {status}", command.get_program());
    Run { took: begun.elapsed(), peak }
}

fn silent(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn high_water(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Prints two sets of times and their ratio.
pub fn say(what: &str, ours: &[Duration], beside: &str, theirs: &[Duration]) {
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{what:<46} {:>9.1} ms    {beside:<46} {:>9.1} ms    ratio {ratio:.2}", ms(ours), ms(theirs));
}

/// Prints two peaks of memory and their ratio.
pub fn say_memory(what: &str, ours: Option<u64>, beside: &str, theirs: Option<u64>) {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return println!("{what:<46} this system does not tell how much memory a program had");
    };
    let (ours, theirs) = (mib(ours), mib(theirs));
    println!("{what:<46} {ours:>9.1} MiB   {beside:<46} {theirs:>9.1} MiB   ratio {:.2}", ours / theirs);
}

/// The middle one of several times.
pub fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
