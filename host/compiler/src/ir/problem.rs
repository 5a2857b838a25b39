//! What can be wrong with a model, in messages that name the place.

use crate::ir::graph::{OpKind, Operator, Subgraph, TensorId};
use std::fmt;

/// The most problems that are reported for one model.
pub const MAX_PROBLEMS: usize = 100;

/// The message for an operator that has no directory.
pub const UNKNOWN: &str = "operator is not supported";

/// One thing the compiler can't accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place: the operator's index and kind.
    pub operator: Option<(usize, OpKind)>,
    /// The place: the name of a tensor, or of the operator's first output.
    pub tensor: Option<String>,
    /// What was found.
    pub found: String,
    /// What would be accepted; empty if `found` is enough.
    pub supported: String,
}

impl Problem {
    /// A problem of the file as a whole.
    pub fn file(found: impl Into<String>, supported: impl Into<String>) -> Self {
        Problem { operator: None, tensor: None, found: found.into(), supported: supported.into() }
    }

    /// A problem of an operator; the tensor named is its first output.
    pub fn operator(graph: &Subgraph, op: &Operator, found: impl Into<String>, supported: impl Into<String>) -> Self {
        let tensor = op.outputs.first().map(|&id| graph.tensor(id).name.clone());
        Problem { operator: Some((op.index, op.kind)), tensor, found: found.into(), supported: supported.into() }
    }

    /// A problem of one tensor of an operator.
    pub fn tensor(
        graph: &Subgraph,
        op: &Operator,
        tensor: TensorId,
        found: impl Into<String>,
        supported: impl Into<String>,
    ) -> Self {
        let name = graph.tensor(tensor).name.clone();
        Problem {
            operator: Some((op.index, op.kind)),
            tensor: Some(name),
            found: found.into(),
            supported: supported.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((index, kind)) = self.operator {
            write!(f, "operator {index} ({kind})")?;
            if let Some(tensor) = &self.tensor {
                write!(f, ", tensor {tensor:?}")?;
            }
            f.write_str(": ")?;
        } else if let Some(tensor) = &self.tensor {
            write!(f, "tensor {tensor:?}: ")?;
        }
        f.write_str(&self.found)?;
        if !self.supported.is_empty() {
            write!(f, " (supported: {})", self.supported)?;
        }
        Ok(())
    }
}

/// All problems of a model; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors(pub Vec<Problem>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

impl From<Problem> for Errors {
    fn from(problem: Problem) -> Self {
        Errors(vec![problem])
    }
}
