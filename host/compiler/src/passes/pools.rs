//! After the plan: which constants are in which pool outside of the code, and where.

use crate::ir::layer::{Constant, Core};
use crate::ir::model::{Model, POOL_ALIGN, PlannedLayer, STATE_POOL};
use crate::ir::names;
use crate::ir::options::{ConstantPool, Options, Target};
use crate::ir::problem::{Errors, Problem};
use crate::ir::stored::ConstantPools;
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// Checks the names of the pools that the user asks for.
///
/// # Errors
/// A name that is no C identifier or is used twice, also by a pool of the workspace.
pub fn check(options: &Options) -> Result<(), Errors> {
    let default = if options.pools.is_empty() { Some("workspace") } else { None };
    let workspaces: Vec<&str> = options.pools.iter().map(|pool| pool.name.as_str()).chain(default).collect();
    let mut problems = Vec::new();
    for (i, pool) in options.constants.iter().enumerate() {
        let name = &pool.name;
        if !names::is_lower_identifier(name) {
            problems.push(Problem::file(format!("a pool of constants named {name:?}"), "a C identifier in lower case"));
        }
        if options.constants[..i].iter().any(|other| other.name == *name) {
            problems.push(Problem::file(format!("two pools of constants named {name:?}"), "each name once"));
        }
        if workspaces.contains(&name.as_str()) || name == STATE_POOL {
            let other = "another name: workspaces and states have pools of their own";
            problems.push(Problem::file(format!("a pool of constants named {name:?}, as a pool of variables"), other));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// Assigns the model's constants to the pools that the user asks for. Constants of one operator are in one pool.
///
/// # Errors
/// Operators that do not exist or have no constants, pools that are too small, weights whose order depends on the core.
pub fn assign(model: &Model, options: &Options) -> Result<ConstantPools, Errors> {
    let mut stored = ConstantPools::default();
    if options.constants.is_empty() {
        return Ok(stored);
    }
    let groups = groups(model);
    let chosen = choose(model, &groups, &options.constants)?;
    for (i, pool) in options.constants.iter().enumerate() {
        let own: Vec<&Group<'_>> =
            groups.iter().zip(&chosen).filter(|(_, at)| **at == Some(i)).map(|at| at.0).collect();
        own.iter().try_for_each(|group| for_one_kind_of_core(model, group))?;
        let (arrays, bytes) = layout(&own);
        let align = own.iter().flat_map(|group| &group.arrays).map(|array| array.align).max().unwrap_or(1);
        if bytes > 0 {
            stored.push(pool.name.clone(), bytes, align.max(POOL_ALIGN), arrays);
        }
    }
    if stored.pools.is_empty() {
        return Err(Problem::file("pools for constants, but no constants for them", "a model with weights").into());
    }
    Ok(stored)
}

/// The constants of the layers that compute the same operators.
struct Group<'a> {
    operators: &'a [usize],
    /// Multiply-accumulates or elements written, whichever are more.
    work: u64,
    arrays: Vec<&'a Constant>,
}

impl Group<'_> {
    /// How often a byte is used, at least relative to others.
    fn use_of_a_byte(&self) -> u64 {
        let bytes: usize = self.arrays.iter().map(|array| array.data.bytes()).sum();
        self.work.saturating_mul(1 << 16) / (bytes as u64).max(1)
    }
}

/// All constants, in the order of the layers that use them first.
fn groups(model: &Model) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut of_operators: HashMap<&[usize], usize> = HashMap::new();
    let mut names = std::collections::HashSet::new();
    for planned in &model.layers {
        let at = *of_operators.entry(&planned.layer.operators).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Group { operators: &planned.layer.operators, work: 0, arrays: Vec::new() });
        }
        groups[at].work += work(model, planned);
        let arguments = &planned.layer.arguments;
        let given = model.constants.iter().filter(|(id, _)| arguments.iter().any(|argument| argument.tensor == *id));
        let arrays = planned.layer.constants.iter().chain(given.map(|(_, array)| array));
        // An array that is the same for all cores has one name and one place.
        groups[at].arrays.extend(arrays.filter(|array| !array.data.is_empty() && names.insert(array.name.as_str())));
    }
    groups.retain(|group| !group.arrays.is_empty());
    groups
}

fn work(model: &Model, planned: &PlannedLayer) -> u64 {
    let written = planned.layer.arguments.iter().filter(|argument| argument.written);
    let elements: usize = written.map(|argument| model.tensor(argument.tensor).shape.iter().product::<usize>()).sum();
    planned.layer.macs.max(elements as u64)
}

/// The pool of each group; `None` leaves it in the code.
fn choose(model: &Model, groups: &[Group<'_>], pools: &[ConstantPool]) -> Result<Vec<Option<usize>>, Errors> {
    let mut chosen: Vec<Option<usize>> = vec![None; groups.len()];
    for (i, pool) in pools.iter().enumerate().filter(|(_, pool)| !pool.operators.is_empty()) {
        exist(model, pool)?;
        for (at, group) in groups.iter().enumerate().filter(|(_, group)| names_one(pool, group)) {
            if let Some(other) = chosen[at].replace(i) {
                let found = format!("operators {} in the pools {} and {}", list(group), pools[other].name, pool.name);
                return Err(Problem::file(found, "one pool for each").into());
            }
        }
        let own: Vec<&Group<'_>> =
            groups.iter().zip(&chosen).filter(|(_, at)| **at == Some(i)).map(|at| at.0).collect();
        let bytes = layout(&own).1;
        if own.is_empty() {
            let found = format!("the pool {:?} for operators that have no constants", pool.name);
            return Err(Problem::file(found, "operators with weights or tables").into());
        }
        if let Some(limit) = pool.bytes.filter(|&limit| bytes > limit) {
            let found = format!("the pool {:?} of {limit} bytes, too small for its operators", pool.name);
            return Err(Problem::file(found, format!("{bytes} bytes")).into());
        }
    }
    let open: Vec<usize> = (0..pools.len()).filter(|&i| pools[i].operators.is_empty()).collect();
    if !open.is_empty() {
        fill(groups, pools, &open, &mut chosen)?;
    }
    Ok(chosen)
}

/// Puts what no pool names into the other pools, the most used constants into the first.
fn fill(
    groups: &[Group<'_>],
    pools: &[ConstantPool],
    open: &[usize],
    chosen: &mut [Option<usize>],
) -> Result<(), Errors> {
    let mut left: Vec<usize> = (0..groups.len()).filter(|&at| chosen[at].is_none()).collect();
    let all: Vec<&Group<'_>> = left.iter().map(|&at| &groups[at]).collect();
    let needed = layout(&all).1;
    left.sort_by_key(|&at| std::cmp::Reverse(groups[at].use_of_a_byte()));
    let mut without = 0;
    for at in left {
        let fits = |&i: &usize| {
            let Some(limit) = pools[i].bytes else { return true };
            let others = (0..groups.len()).filter(|&other| other == at || chosen[other] == Some(i));
            layout(&others.map(|other| &groups[other]).collect::<Vec<_>>()).1 <= limit
        };
        chosen[at] = open.iter().copied().find(|i| fits(i));
        if chosen[at].is_none() {
            without += layout(&[&groups[at]]).1;
        }
    }
    if without > 0 {
        let given: Vec<String> = open.iter().map(|&i| size_text(&pools[i])).collect();
        let found = format!("pools for constants too small ({}): {without} bytes have no place", given.join(", "));
        let way = format!("{needed} bytes if all is in one pool; a last pool without a size takes what is left");
        return Err(Problem::file(found, way).into());
    }
    Ok(())
}

fn size_text(pool: &ConstantPool) -> String {
    pool.bytes.map_or_else(|| pool.name.clone(), |bytes| format!("{} {bytes}", pool.name))
}

fn names_one(pool: &ConstantPool, group: &Group<'_>) -> bool {
    group.operators.iter().any(|operator| pool.operators.iter().any(|range| range.contains(operator)))
}

fn list(group: &Group<'_>) -> String {
    group.operators.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether the model has the operators that a pool names.
fn exist(model: &Model, pool: &ConstantPool) -> Result<(), Errors> {
    let last = model.layers.iter().flat_map(|planned| &planned.layer.operators).max().copied().unwrap_or(0);
    let ends = |range: &RangeInclusive<usize>| [*range.start(), *range.end()];
    match pool.operators.iter().flat_map(ends).find(|&operator| operator > last) {
        Some(operator) => {
            let found = format!("the pool {:?} for operator {operator}, which the model does not have", pool.name);
            Err(Problem::file(found, format!("operators 0 to {last}")).into())
        }
        None => Ok(()),
    }
}

/// The arrays with their offsets, and the bytes that they take.
fn layout(groups: &[&Group<'_>]) -> (Vec<(String, usize)>, usize) {
    let (mut arrays, mut bytes) = (Vec::new(), 0usize);
    for array in groups.iter().flat_map(|group| &group.arrays) {
        let offset = bytes.next_multiple_of(array.align.max(1));
        arrays.push((array.name.clone(), offset));
        bytes = offset + array.data.bytes();
    }
    (arrays, bytes)
}

/// A pool has one content: that of weights in several orders would be for one kind of core only.
fn for_one_kind_of_core(model: &Model, group: &Group<'_>) -> Result<(), Errors> {
    let differs = |array: &&Constant| {
        let same = |other: &&Constant| other.name == array.name && other.data != array.data;
        array.core != Core::Any && model.arrays().any(|other| same(&other))
    };
    let only =
        |array: &&Constant| array.core != Core::Any && model.arrays().filter(|o| o.name == array.name).count() < 2;
    if model.target != Target::All || !group.arrays.iter().any(|array| differs(array) || only(array)) {
        return Ok(());
    }
    let found =
        format!("a pool with the constants of operator {} for all cores: their order depends on the core", list(group));
    Err(Problem::file(found, "the core's name, such as --core cortex-m4, or --optimize size for any core").into())
}
