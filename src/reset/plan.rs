//! Decides what goes and what stays, over data alone.

use std::collections::{HashMap, HashSet};

use super::order::{Step, order};
use super::read::{Edge, Found, Key, Object};
use super::words::named;
use crate::migrate::SCHEMA;

/// What the decision depends on, beside the database.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What the manifest names, each by its catalog and its names; nothing where there is no manifest.
    pub named: HashSet<(String, Vec<String>)>,
    /// What a snapshot has, each as [`named`] writes it; nothing where there is no snapshot.
    pub listed: HashSet<String>,
    /// Whether objects of the user go that the manifest does not name.
    pub drop_unknown: bool,
    /// The history table: schema and name.
    pub history: Vec<String>,
    /// Whether the database has a label, which outlives a reset.
    pub labelled: bool,
}

/// What a reset comes to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What goes, in the order in which it goes.
    pub steps: Vec<Step>,
    /// What goes, or would go, although the manifest does not name it.
    pub unknown: Vec<Object>,
    /// What stays and needs something that goes.
    pub blockers: Vec<Edge>,
    /// What stays, of the objects outside the platform.
    pub left: Vec<Left>,
}

/// An object that stays.
#[derive(Clone, Debug)]
pub struct Left {
    /// The object.
    pub object: Object,
    /// Why.
    pub why: String,
}

/// Decides.
pub fn plan(found: &Found, rules: &Rules) -> Plan {
    let all = select(found, |object| rules.is_candidate(object));
    let is_unknown = |object: &Object| !rules.is_known(object);
    let goes = if rules.drop_unknown {
        all.clone()
    } else {
        select(found, |object| rules.is_candidate(object) && !is_unknown(object))
    };
    let chosen = |set: &HashSet<Key>, object: &Object| set.contains(&object.key);
    let (own, others): (Vec<&Object>, Vec<&Object>) =
        found.objects.iter().filter(|object| chosen(&goes, object)).partition(|object| rules.is_own(object));
    Plan {
        steps: [order(&others, &found.edges), order(&own, &found.edges)].concat(),
        unknown: found.objects.iter().filter(|object| chosen(&all, object) && is_unknown(object)).cloned().collect(),
        blockers: blockers(&found.edges, &goes),
        left: found
            .objects
            .iter()
            .filter(|object| !chosen(&goes, object))
            .filter_map(|object| rules.left(object, chosen(&all, object)))
            .collect(),
    }
}

/// The edges from what stays to what goes.
pub fn blockers(edges: &[Edge], goes: &HashSet<Key>) -> Vec<Edge> {
    edges.iter().filter(|(from, to)| goes.contains(to) && !goes.contains(from)).copied().collect()
}

/// The objects that `may` go, with what is attached to the platform's tables by them, and without schemas that hold
/// something that stays.
fn select(found: &Found, may: impl Fn(&Object) -> bool) -> HashSet<Key> {
    let mut goes: HashSet<Key> = found.objects.iter().filter(|object| may(object)).map(|object| object.key).collect();
    let objects: HashMap<Key, &Object> = found.objects.iter().map(|object| (object.key, object)).collect();
    let attached = |key: &Key| objects.get(key).is_some_and(|object| object.attached);
    let through: Vec<Key> =
        found.edges.iter().filter(|(from, to)| goes.contains(to) && attached(from)).map(|(from, _)| *from).collect();
    goes.extend(through);
    let schemas: Vec<Key> =
        found.objects.iter().filter(|object| object.kind == "schema").map(|object| object.key).collect();
    let holds: HashSet<Key> = blockers(&found.edges, &goes).into_iter().map(|(_, to)| to).collect();
    for schema in schemas.iter().filter(|schema| holds.contains(schema)) {
        goes.remove(schema);
    }
    goes
}

impl Rules {
    /// Whether it is pgplumb's own, which goes last.
    pub fn is_own(&self, object: &Object) -> bool {
        !object.attached && (object.path.first().is_some_and(|schema| schema == SCHEMA) || object.path == self.history)
    }

    /// Whether it is what keeps the label.
    fn keeps_label(&self, object: &Object) -> bool {
        self.labelled && (object.path == [SCHEMA] || object.path == [SCHEMA, "setting"])
    }

    fn is_named(&self, object: &Object) -> bool {
        self.named.contains(&(object.catalog.clone(), object.path.clone()))
            || !self.listed.is_empty() && self.listed.contains(&named(object))
    }

    fn is_known(&self, object: &Object) -> bool {
        self.is_own(object) || self.is_named(object)
    }

    /// Whether it may go, as far as it alone is concerned.
    fn is_candidate(&self, object: &Object) -> bool {
        if object.attached {
            // A fresh platform has no policies, so whoever may drop one may take it for the project's.
            return self.is_named(object) || object.kind == "policy" && object.usable;
        }
        let own = self.is_own(object) && !self.keeps_label(object);
        own || !self.is_own(object) && (object.mine || object.usable && self.is_named(object))
    }

    /// Why it stays, although it `could` go or not; nothing for what the platform itself may have put there.
    fn left(&self, object: &Object, could: bool) -> Option<Left> {
        let why = match () {
            () if could => "the manifest does not name it".to_owned(),
            () if object.attached => return None,
            () if self.keeps_label(object) => "it keeps the label".to_owned(),
            () if object.mine => "it holds something that stays".to_owned(),
            () => format!("it belongs to {}", object.owner),
        };
        Some(Left { object: object.clone(), why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(oid: u32, kind: &str, path: &[&str]) -> Object {
        Object {
            key: (1, oid),
            catalog: "pg_class".to_owned(),
            kind: kind.to_owned(),
            identity: path.join("."),
            path: path.iter().map(|name| (*name).to_owned()).collect(),
            owner: "somebody".to_owned(),
            mine: true,
            usable: true,
            ..Object::default()
        }
    }

    fn found(objects: Vec<Object>, edges: &[(u32, u32)]) -> Found {
        let edges = edges.iter().map(|(from, to)| ((1, *from), (1, *to))).collect();
        Found { objects, edges, budget: 100 }
    }

    fn rules(named: &[&[&str]], drop_unknown: bool) -> Rules {
        let named = named.iter().map(|path| path.iter().map(|name| (*name).to_owned()).collect());
        Rules { named: named.map(|path| ("pg_class".to_owned(), path)).collect(), drop_unknown, ..Rules::default() }
    }

    fn goes(plan: &Plan) -> Vec<&str> {
        plan.steps.iter().map(|step| step.object.identity.as_str()).collect()
    }

    #[test]
    fn what_another_owns_stays_unless_it_is_named_and_in_reach() {
        let theirs = |oid, name, usable| Object { mine: false, usable, ..object(oid, "table", &["public", name]) };
        let found = found(vec![theirs(1, "a", true), theirs(2, "b", false), theirs(3, "c", true)], &[]);
        let plan = plan(&found, &rules(&[&["public", "a"], &["public", "b"]], true));
        assert_eq!(goes(&plan), ["public.a"]);
        assert_eq!(plan.left.iter().map(|left| left.why.as_str()).collect::<Vec<_>>(), ["it belongs to somebody"; 2]);
    }

    #[test]
    fn a_schema_stays_with_what_stays_in_it() {
        let objects =
            vec![object(1, "schema", &["app"]), object(2, "table", &["app", "a"]), object(3, "table", &["app", "b"])];
        let found = found(objects, &[(2, 1), (3, 1)]);
        let named: [&[&str]; 2] = [&["app"], &["app", "a"]];
        assert_eq!(goes(&plan(&found, &rules(&named, false))), ["app.a"]);
        assert_eq!(goes(&plan(&found, &rules(&named, true))), ["app.a", "app.b", "app"]);
    }

    #[test]
    fn what_stays_and_needs_what_goes_is_in_the_way() {
        let objects = vec![object(1, "table", &["public", "a"]), object(2, "view", &["public", "v"])];
        let found = found(objects, &[(2, 1), (9, 1)]);
        assert_eq!(plan(&found, &rules(&[&["public", "a"]], false)).blockers, [((1, 2), (1, 1)), ((1, 9), (1, 1))]);
        assert_eq!(plan(&found, &rules(&[&["public", "a"]], true)).blockers, [((1, 9), (1, 1))]);
    }

    #[test]
    fn the_history_goes_last_and_the_label_stays() {
        let objects = vec![
            object(1, "schema", &[SCHEMA]),
            object(2, "table", &[SCHEMA, "migration"]),
            object(3, "table", &[SCHEMA, "setting"]),
            object(4, "type", &["public", "t"]),
        ];
        let found = found(objects, &[(2, 1), (3, 1)]);
        let all = plan(&found, &rules(&[], true));
        assert_eq!(goes(&all), ["public.t", "pgplumb.migration", "pgplumb.setting", "pgplumb"]);
        let labelled = plan(&found, &Rules { labelled: true, ..rules(&[], true) });
        assert_eq!(goes(&labelled), ["public.t", "pgplumb.migration"]);
    }
}
