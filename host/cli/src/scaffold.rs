//! `tvm-embedded new`: a project with a model that is ready to build.

mod files;
mod place;
mod project;

use std::fs;

use tvm_embedded_interface::Options;

use crate::args::{Model, New};
use crate::failure::{Failure, Result};
use crate::terminal::{self, printable, shown};
use crate::{interface, load, output, system};
use project::Project;

/// Carries out the verb.
pub fn new(args: &New) -> Result<()> {
    let directory = &args.directory;
    let is_empty = fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty || directory.is_file() {
        return Err(Failure::file(directory, "exists and is not empty").advise("name a new directory"));
    }
    let content = load::read_bounded(&args.model, load::MAX_TFLITE)?;
    if !crate::tflite::is_tflite(&args.model, &content) {
        return Err(Failure::refused(format!("{}: is not a .tflite file", shown(&args.model)))
            .advise("give the .tflite file; `generate` takes archives"));
    }
    let model = Model { path: args.model.clone(), module: None, tflite: None, shapes: args.shapes.clone() };
    let loaded = load::load(&model)?;
    let without_library = Some(interface::library_headers());
    let generated = interface::interface(&loaded, &model, &Options { without_library, ..Options::default() })?;
    if let Some(device) = generated.facts.devices.first() {
        let message = format!(
            "{}: calls the device {}, whose functions are not known here",
            shown(&args.model),
            printable(&device.facts.name)
        );
        return Err(Failure::refused(message).advise(
            "start from a project for a model without it, and set the device as docs/devices.md shows; for Vela's files docs/ethos_u.md",
        ));
    }
    let project = Project::new(&generated.facts, args.board, directory)?;
    let texts = files::all(&project)?;
    let mut files = vec![(directory.join(project.file), content)];
    files.extend(texts.into_iter().map(|(name, text)| (directory.join(name), text.into_bytes())));
    for parent in files.iter().filter_map(|(path, _)| path.parent()) {
        fs::create_dir_all(parent).map_err(|error| system::unwritable(parent, "created", &error))?;
    }
    output::generated(&directory.join(project.place.model), &generated)?;
    output::replace(&files.iter().map(|(path, content)| (path.as_path(), content.as_slice())).collect::<Vec<_>>())?;
    let next = project.place.next;
    terminal::print(&format!("{}: {next}; see README.md\n", shown(directory)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{InputShapes, NewBoard};

    #[test]
    fn a_directory_with_files_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        let args = New {
            directory: folder.path().to_owned(),
            model: "none.tflite".into(),
            board: NewBoard::Host,
            shapes: InputShapes::default(),
        };
        let failure = new(&args).unwrap_err();
        assert!(failure.to_string().contains("not empty") && failure.exit_code() == 3, "{failure}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
