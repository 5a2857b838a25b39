//! `tvm-embedded pack`: an update of a model's constants.

use tvm_embedded_interface::Options;

use crate::apart;
use crate::args::Pack;
use crate::compiled;
use crate::failure::{Failure, Kind, Result};
use crate::interface::{interface, refused};
use crate::load;
use crate::output::replace;
use crate::tensor::read_file;
use crate::terminal::{self, printable, shown};

/// Carries out the verb.
pub fn pack(args: &Pack) -> Result<()> {
    let (selected, loaded) = compiled::source(&args.source)?;
    apart::check(&[&selected.path], &[&args.output])?;
    let facts = interface(&loaded, &selected, &Options::default())?.facts;
    let mut replaced = vec![None; facts.parameters.len()];
    for file in &args.parameters {
        let named = |name: &String| facts.parameters.iter().position(|p| p.facts.name == *name || p.c_name == *name);
        let index = match &file.tensor {
            Some(name) => named(name),
            None => (replaced.len() == 1).then_some(0),
        };
        let Some(index) = index else {
            let names: Vec<String> = facts.parameters.iter().map(|p| printable(&p.facts.name)).collect();
            let message = match &file.tensor {
                Some(name) => format!("the model has no pool of constants called {}", printable(name)),
                None => {
                    format!("the model has {} pools of constants; which one is {} for?", names.len(), shown(&file.file))
                }
            };
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(Failure::usage(message).of(&selected.path).advise(format!("pools of constants: {names}")));
        };
        let content = read_file(&file.file)?;
        let expected = facts.parameters[index].facts.bytes as usize;
        if content.len() != expected {
            let found = content.len();
            let message = format!("{}: expected {expected} bytes, found {found}", shown(&file.file));
            return Err(Failure::new(Kind::File, message));
        }
        replaced[index] = Some(content);
    }
    let module = load::chosen(&loaded.library, &selected)?;
    let blob = tvm_embedded_interface::pack(&loaded.archive, &loaded.library, module, &replaced)
        .map_err(|error| refused(&selected, &error))?;
    replace(&[(&args.output, &blob)])?;
    terminal::print(&format!("{}: {} bytes\n", shown(&args.output), blob.len()))
}
