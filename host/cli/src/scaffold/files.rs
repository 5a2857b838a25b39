//! The texts of a project's files.

use askama::Template;

use super::project::Project;
use crate::failure::{Failure, Kind, Result};

/// A template for each file that differs by model or board.
macro_rules! templates {
    ($($name:ident: $path:tt),+ $(,)?) => {
        $(
            #[derive(Template)]
            #[template(path = $path, escape = "none")]
            struct $name<'a> {
                p: &'a Project,
            }
        )+
    };
}

templates! {
    Main: "new/main.c",
    Makefile: "new/Makefile",
    Readme: "new/README.md",
    Sketch: "new/sketch.ino",
    Pico: "new/rp2040.cmake",
    Zephyr: "new/zephyr.cmake",
    EspIdf: "new/esp-idf.cmake",
}

/// Names below the project's directory, and texts.
pub fn all(p: &Project) -> Result<Vec<(String, String)>> {
    let mut files = vec![("README.md".to_owned(), filled(&Readme { p })?)];
    let main = if p.is_sketch() { filled(&Sketch { p })? } else { filled(&Main { p })? };
    files.push((p.place.main.clone(), main));
    let fixed = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    files.extend(match p.board {
        "arduino" => vec![],
        "rp2040" => vec![("CMakeLists.txt".to_owned(), filled(&Pico { p })?)],
        "zephyr" => vec![
            ("CMakeLists.txt".to_owned(), filled(&Zephyr { p })?),
            fixed("prj.conf", include_str!("../../templates/new/prj.conf")),
        ],
        "esp32c3" => vec![
            ("CMakeLists.txt".to_owned(), filled(&EspIdf { p })?),
            fixed("main/CMakeLists.txt", include_str!("../../templates/new/esp-idf-main.cmake")),
            fixed("sdkconfig.defaults", include_str!("../../templates/new/sdkconfig.defaults")),
        ],
        _ => vec![("Makefile".to_owned(), filled(&Makefile { p })?)],
    });
    if p.has_uart() {
        let serial = if p.board == "stm32" {
            include_str!("../../templates/new/stm32.c")
        } else {
            include_str!("../../templates/new/nrf52.c")
        };
        files.extend([fixed("board.c", serial), fixed("board.h", include_str!("../../templates/new/board.h"))]);
    }
    Ok(files)
}

fn filled(template: &impl Template) -> Result<String> {
    template
        .render()
        .map(|text| text.trim_end().to_owned() + "\n")
        .map_err(|error| Failure::new(Kind::Refused, format!("the project can't be written: {error}")))
}
