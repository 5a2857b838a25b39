//! The data that passes exchange: types, with almost no code that computes.

pub mod constant;
pub mod contents;
pub mod element;
pub mod graph;
pub mod half;
pub mod kind;
pub mod layer;
pub mod model;
pub mod names;
pub mod options;
pub mod problem;
pub mod program;
pub mod report;
pub mod rows;
pub mod schedule;
pub mod sliding;
pub mod stored;
pub mod uses;
