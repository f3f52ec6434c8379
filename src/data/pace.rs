//! How many rows the next batch has.

use std::time::Duration;

/// More rows in a batch make nothing faster, and hold more locks at once.
const MOST: u32 = 5_000;

/// What part of the time that a batch may take is aimed at, so that a slow one stays within it.
const AIM: f64 = 0.6;

/// The size of the next batch, after one of `rows` that took as long as it did.
pub fn next(size: u32, rows: u64, took: Duration, goal: Duration) -> u32 {
    // A batch that ended before it was full says little about how long a full one takes.
    if rows < u64::from(size) && took < goal {
        return size;
    }
    let factor = (AIM * goal.as_secs_f64() / took.as_secs_f64().max(0.0001)).clamp(0.25, 2.0);
    bounded(f64::from(size) * factor)
}

/// The size after a batch that failed, until it is one row.
pub fn halved(size: u32) -> u32 {
    (size / 2).max(1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to what fits")]
fn bounded(size: f64) -> u32 {
    size.clamp(1.0, f64::from(MOST)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_and_shrink_towards_the_goal() {
        let goal = Duration::from_millis(500);
        let after = |size: u32, took: u64| next(size, size.into(), Duration::from_millis(took), goal);
        assert_eq!(after(1000, 30), 2000);
        assert_eq!(after(1000, 300), 1000);
        assert_eq!(after(1000, 600), 500);
        assert_eq!(after(1000, 60_000), 250);
        assert_eq!(after(4000, 1), MOST);
        assert_eq!(next(1000, 3, Duration::from_millis(1), goal), 1000);
        assert_eq!((after(1, 9000), halved(1), halved(9)), (1, 1, 4));
    }
}
