//! The connection of a walk that holds the lock: it looks what the run does to others, holds it, and says how far it is.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::super::work;
use super::{LOOK_EVERY, Mover};
use crate::data::state::State;
use crate::data::{lock, throttle};
use crate::db::{Session, failure_of};
use crate::migrate::Lasting;
use crate::output::escape;

/// How often a line says how far it is, where there is no terminal.
const TELL_EVERY: Duration = Duration::from_secs(10);

impl Mover<'_> {
    /// Looks again and again what the run does to others, and says how far it is. It only comes back with an error.
    pub(super) async fn look(&self, state: &State) -> Result<()> {
        let begun = Instant::now();
        let mut told = Instant::now();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let backends = self.shared.backends.borrow().clone();
            let session = self.client();
            let looked =
                throttle::look(&session.client, self.script.version, &self.script.header.throttle, &backends).await;
            match looked {
                Ok(reason) => self.held(reason).await,
                // Who cannot look must not go on: the limits are there to be kept.
                Err(error) if error.as_db_error().is_some() && session.client.simple_query("").await.is_ok() => {
                    self.context.check_interrupt()?;
                    let what = format!("{}: it could not be seen whether the run is to be held", self.script.path);
                    return Err(self.part_way(failure_of(&error, what), None).into());
                }
                Err(_) => self.take_lock_again(&session).await?,
            }
            let text = self.progress(state, begun.elapsed());
            self.context.output.live(&text);
            if told.elapsed() > TELL_EVERY {
                self.context.say(&text);
                told = Instant::now();
            }
        }
    }

    async fn held(&self, reason: Option<String>) {
        let before = self.shared.held.replace(reason.clone());
        // What differs from look to look is in figures.
        let kind =
            |reason: &Option<String>| reason.as_ref().map(|reason| reason.replace(|c: char| c.is_ascii_digit(), ""));
        if kind(&before) == kind(&reason) {
            return;
        }
        let path = &self.script.path;
        match &reason {
            Some(reason) => self.context.say(&format!("{path} is held: {}", escape(reason))),
            None => self.context.say(&format!("{path} goes on")),
        }
        let held = reason.map_or_else(|| "held".to_owned(), |reason| crate::sql::literal(&reason));
        let version = self.script.version;
        let statement =
            format!("UPDATE pgplumb.data_migration SET held = {held}, held_at = now() WHERE version = {version}");
        let _ = self.client().client.batch_execute(&statement).await;
    }

    /// Makes another connection that holds the lock, if the one that held it is gone.
    pub(super) async fn take_lock_again(&self, session: &Session) -> Result<()> {
        if session.client.simple_query("").await.is_ok() {
            return Ok(());
        }
        let begun = Instant::now();
        loop {
            let connected = async {
                let session = self.context.session(self.target).await?;
                Lasting::of(&session.client).await?;
                lock::acquire(&session.client, self.script.version, &self.script.path).await?;
                anyhow::Ok(session)
            };
            match connected.await {
                Ok(session) => {
                    self.context.release(&self.session.replace(session));
                    return Ok(());
                }
                Err(_) if begun.elapsed() < self.retry_for => self.context.pause(LOOK_EVERY).await?,
                Err(error) => return Err(self.part_way(work::failure(error), None).into()),
            }
        }
    }

    fn progress(&self, state: &State, spent: Duration) -> String {
        let now = self.shared.rows.get();
        let done = u64::try_from(state.rows).unwrap_or_default() + now;
        let rate = now as f64 / spent.as_secs_f64().max(0.001);
        let (size, took) = self.shared.last.get();
        let mut text = format!("{}: {done} rows, {rate:.0} rows/s", self.script.path);
        if let Some(total) =
            state.total.and_then(|total| u64::try_from(total).ok()).filter(|total| *total >= done && done > 0)
        {
            let left = (total - done) as f64 / rate.max(1.0);
            text += &format!(", about {} % and {left:.0} s to go", 100 * done / total);
        }
        text += &format!(", the last batch {size} rows in {} ms", took.as_millis());
        if let Some(reason) = self.shared.held.borrow().as_ref() {
            text += &format!("; held: {}", escape(reason));
        }
        text
    }
}
