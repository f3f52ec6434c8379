//! The order in which objects go, and how many go in one transaction.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::read::{Edge, Key, Object};

/// One object that goes.
#[derive(Clone, Debug)]
pub struct Step {
    /// The object.
    pub object: Object,
    /// Its statement; none where it goes with the next one that it needs, because only that one's owner may drop it.
    pub statement: Option<String>,
    /// Whether the statement takes along what needs the object and goes anyway.
    pub cascade: bool,
}

/// Kinds in the order in which they go where no dependency says otherwise.
const KINDS: [&str; 14] = [
    "trigger",
    "policy",
    "index",
    "event trigger",
    "publication",
    "view",
    "materialized view",
    "table",
    "foreign table",
    "sequence",
    "function",
    "procedure",
    "aggregate",
    "composite type",
];

/// Puts objects in order: each goes before what it needs. Where they need each other in a circle, the first of them
/// takes a CASCADE.
pub fn order(objects: &[&Object], edges: &[Edge]) -> Vec<Step> {
    let places: HashMap<Key, usize> = objects.iter().enumerate().map(|(place, object)| (object.key, place)).collect();
    let mut graph = Graph::new(objects.len());
    for (from, to) in edges {
        if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
            graph.add(*from, *to);
        }
    }
    let ranked = |place: usize| (rank(objects[place]), place);
    let mut waiting: BTreeSet<_> = (0..objects.len()).map(ranked).collect();
    let mut ready: BTreeSet<_> = waiting.iter().copied().filter(|(_, place)| graph.is_free(*place)).collect();
    let mut steps = Vec::with_capacity(objects.len());
    while let Some(next) = ready.pop_first().or_else(|| waiting.first().copied()) {
        let place = next.1;
        waiting.remove(&next);
        let in_circle = !graph.is_free(place);
        for freed in graph.remove(place) {
            if waiting.contains(&ranked(freed)) {
                ready.insert(ranked(freed));
            }
        }
        steps.push(step(objects, place, &graph, in_circle));
    }
    steps
}

fn step(objects: &[&Object], place: usize, graph: &Graph, in_circle: bool) -> Step {
    let object = objects[place];
    let goes_along = |place: usize| objects[place].attached && !objects[place].usable && graph.needs_any(place);
    let cascade = in_circle || graph.itself[place] || graph.needed_by[place].iter().any(|from| goes_along(*from));
    let keyword = match object.kind.as_str() {
        "function" | "procedure" | "aggregate" => "ROUTINE".to_owned(),
        "composite type" => "TYPE".to_owned(),
        kind => kind.replace('-', " ").to_uppercase(),
    };
    let word = if cascade { " CASCADE" } else { "" };
    let statement = format!("DROP {keyword} IF EXISTS {}{word}", object.identity);
    Step { object: object.clone(), statement: (!goes_along(place)).then_some(statement), cascade }
}

/// Partitions go before their tables even in a circle, so that no statement takes thousands of them along.
fn rank(object: &Object) -> (usize, bool) {
    let kind = KINDS.iter().position(|kind| *kind == object.kind).unwrap_or(KINDS.len());
    (kind + usize::from(object.kind == "schema"), !object.partition)
}

/// Who needs whom, by places in a list.
struct Graph {
    needs: Vec<Vec<usize>>,
    needed_by: Vec<Vec<usize>>,
    /// How many of those that need it are still there.
    held: Vec<usize>,
    itself: Vec<bool>,
}

impl Graph {
    fn new(size: usize) -> Self {
        Graph {
            needs: vec![Vec::new(); size],
            needed_by: vec![Vec::new(); size],
            held: vec![0; size],
            itself: vec![false; size],
        }
    }

    fn add(&mut self, from: usize, to: usize) {
        if from == to {
            self.itself[to] = true;
        } else {
            self.needs[from].push(to);
            self.needed_by[to].push(from);
            self.held[to] += 1;
        }
    }

    fn is_free(&self, place: usize) -> bool {
        self.held[place] == 0
    }

    fn needs_any(&self, place: usize) -> bool {
        !self.needs[place].is_empty()
    }

    /// Takes one away; returns those that nothing holds any longer.
    fn remove(&mut self, place: usize) -> Vec<usize> {
        let needs = self.needs[place].clone();
        needs.iter().for_each(|to| self.held[*to] -= 1);
        needs.into_iter().filter(|to| self.held[*to] == 0).collect()
    }
}

/// Cuts steps into transactions that each take at most `budget` locks: one for all of them, if it has room.
pub fn batches(steps: &[Step], budget: u64) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut taken = 0;
    for (place, step) in steps.iter().enumerate() {
        taken += step.object.locks;
        match batches.last_mut() {
            Some(batch) if taken <= budget => batch.end = place + 1,
            _ => {
                taken = step.object.locks;
                batches.push(place..place + 1);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(oid: u32, kind: &str, name: &str) -> Object {
        Object {
            key: (1, oid),
            kind: kind.to_owned(),
            identity: name.to_owned(),
            usable: true,
            locks: 4,
            ..Object::default()
        }
    }

    fn statements(objects: &[Object], edges: &[(u32, u32)]) -> Vec<String> {
        let edges: Vec<Edge> = edges.iter().map(|(from, to)| ((1, *from), (1, *to))).collect();
        let steps = order(&objects.iter().collect::<Vec<_>>(), &edges);
        steps.into_iter().map(|step| step.statement.unwrap_or(step.object.identity)).collect()
    }

    #[test]
    fn what_is_needed_goes_last() {
        let objects =
            [object(1, "type", "t"), object(2, "table", "a"), object(3, "table", "b"), object(4, "view", "v")];
        assert_eq!(
            statements(&objects, &[(2, 1), (2, 3), (4, 2)]),
            ["DROP VIEW IF EXISTS v", "DROP TABLE IF EXISTS a", "DROP TABLE IF EXISTS b", "DROP TYPE IF EXISTS t"]
        );
    }

    #[test]
    fn a_circle_takes_one_cascade() {
        let objects = [object(1, "table", "a"), object(2, "table", "b"), object(3, "function", "f()")];
        assert_eq!(
            statements(&objects, &[(1, 2), (2, 1), (1, 3)]),
            ["DROP TABLE IF EXISTS a CASCADE", "DROP TABLE IF EXISTS b", "DROP ROUTINE IF EXISTS f()"]
        );
    }

    #[test]
    fn a_trigger_of_another_owners_table_goes_with_its_function() {
        let trigger = Object { attached: true, usable: false, ..object(1, "trigger", "t on auth.users") };
        let objects = [trigger, object(2, "function", "f()")];
        assert_eq!(statements(&objects, &[(1, 2)]), ["t on auth.users", "DROP ROUTINE IF EXISTS f() CASCADE"]);
    }

    #[test]
    fn batches_keep_to_the_budget() {
        let objects: Vec<Object> = (0..5).map(|oid| object(oid, "table", "t")).collect();
        let steps = order(&objects.iter().collect::<Vec<_>>(), &[]);
        assert_eq!(batches(&steps, 20).len(), 1);
        assert_eq!(batches(&steps, 8), [0..2, 2..4, 4..5]);
        assert_eq!(batches(&steps, 1).len(), 5);
    }
}
