//! Whole models: the bundled one, and real archives of TVM with the bytes that a run must give.

mod common;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use common::{data, printed, real_archives, repository, tool};

/// The bundled model recognises as many of the held-back digits as its reference does.
#[test]
fn the_bundled_model_recognises_digits() {
    let (scores, labels) = scores_of("models/digits/digits.tflite");
    let right = scores.chunks(10).zip(&labels).filter(|(scores, label)| digit(scores) == **label).count();
    assert_eq!((scores.len(), right), (3600, 357));
}

/// The bundled streaming model reads the same digits row by row, in one stream, and recognises as many as its reference.
#[test]
fn the_bundled_streaming_model_reads_digits() {
    let (scores, labels) = scores_of("models/digit_rows/digit_rows.tflite");
    let last_rows = scores.chunks(10).skip(7).step_by(8);
    let right = last_rows.zip(&labels).filter(|(scores, label)| digit(scores) == **label).count();
    assert_eq!((scores.len(), right), (28_800, 356));
}

/// The outputs of a run on the held-back images, and their labels.
fn scores_of(model: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let scores = folder.path().join("scores.bin");
    let images = repository("models/digits/test_images.bin");
    let mut run = tool();
    run.arg("run").arg(repository(model)).arg("--input").arg(images).arg("--output").arg(&scores).assert().success();
    (fs::read(scores).unwrap(), fs::read(repository("models/digits/test_labels.bin")).unwrap())
}

/// The digit with the highest score, the lower one of two.
fn digit(scores: &[u8]) -> u8 {
    (0..10).max_by_key(|&digit| (scores[usize::from(digit)] as i8, u8::MAX - digit)).unwrap()
}

/// `inspect` of a streaming model reports what to do before its first run.
#[test]
fn inspect_merges_what_was_measured() {
    let digits = repository("models/digits/digits.tflite");
    let (json, _) = printed(&tool().args(["inspect", "--json"]).arg(&digits).assert().success());
    let facts: serde_json::Value = serde_json::from_str(&json).unwrap();
    let layers = facts["models"][0]["layers"].as_array().unwrap();
    let mut table = String::from("power on\nlayer,name,kind,macs,cycles\n");
    for (i, layer) in layers.iter().enumerate() {
        let name = layer["function"].as_str().unwrap().trim_start_matches("tvmgen_digits_");
        table += &format!("{i},{name},KIND,0,{}\n", 700_001 + i);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cycles.csv");
    let inspect = |table: &str, json: bool| {
        std::fs::write(&file, table).unwrap();
        let mut tool = tool();
        tool.arg("inspect").arg(&digits).arg("--measured").arg(&file).args(json.then_some("--json"));
        tool.assert()
    };
    let (text, _) = printed(&inspect(&table, false).success());
    assert!(text.contains("cycles") && text.contains("700 001") && text.contains("700 008"), "{text}");
    let (json, _) = printed(&inspect(&table, true).success());
    let facts: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(facts["models"][0]["layers"][2]["measured"], serde_json::json!({"unit": "cycles", "value": 700_003}));
    let shorter = table.trim_end().rsplit_once('\n').unwrap().0;
    for (wrong, why) in [
        (shorter.to_owned(), "the model has 8 layers, the table 7"),
        (table.replace("2,conv_2d_2,", "2,conv_2d_9,"), "in the table it is conv_2d_9"),
        (table.replace("\n2,", "\n3,"), "line 2 of the table is for layer 3"),
        (String::from("nothing"), "there is no line that begins with layer,name,kind,macs,"),
    ] {
        let (_, error) = printed(&inspect(&wrong, false).failure());
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn inspect_reports_the_reset() {
    let (stdout, _) =
        printed(&tool().arg("inspect").arg(repository("models/digit_rows/digit_rows.tflite")).assert().success());
    assert!(stdout.contains("state: TVMReset_digit_rows before the first run"), "{stdout}");
}

/// A model with state runs without the library: it needs only the header and the generated C.
#[test]
#[cfg(unix)]
fn a_streaming_model_links_without_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let generated = folder.path().join("rows");
    let model = repository("models/digit_rows/digit_rows.tflite");
    tool().arg("generate").arg(model).arg("-o").arg(&generated).assert().success();
    let main = folder.path().join("main.c");
    let code = "#include \"digit_rows.h\"\n\
        TVM_DIGIT_ROWS_STATIC_CONTEXT(g_context);\n\
        int main(void) {\n  static tvm_digit_rows_input_t input;\n  static tvm_digit_rows_output_t output;\n  \
        TVMInputs_digit_rows inputs = TVM_DIGIT_ROWS_INPUTS(&input);\n  \
        TVMOutputs_digit_rows outputs = TVM_DIGIT_ROWS_OUTPUTS(&output);\n  \
        if (TVMExecute_digit_rows(&inputs, &outputs, &g_context) != TVM_STATUS_STATE_NOT_RESET) {\n    return 1;\n  }\n  \
        return TVMReset_digit_rows(&g_context) != 0 || TVMExecute_digit_rows(&inputs, &outputs, &g_context) != 0;\n}\n";
    fs::write(&main, code).unwrap();
    let program = folder.path().join("program");
    let sources = fs::read_to_string(generated.join("sources.txt")).unwrap();
    let built = std::process::Command::new("cc")
        .args(["-std=c99", "-w", "-I"])
        .arg(&generated)
        .arg("-I")
        .arg(generated.join("archive"))
        .arg("-I")
        .arg(repository("capi/include"))
        .arg(&main)
        .args(sources.lines().map(|source| generated.join(source)))
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(std::process::Command::new(&program).status().unwrap().success());
}

/// A compiled archive and the file it was made from give the same bytes, with inputs and outputs inside the workspace too.
#[test]
fn the_bundled_model_gives_the_same_bytes_in_all_forms() {
    let folder = tempfile::tempdir().unwrap();
    let model = repository("models/digits/digits.tflite");
    let images = fs::read(repository("models/digits/test_images.bin")).unwrap();
    let input = folder.path().join("images.bin");
    fs::write(&input, &images[..64 * 20]).unwrap();
    let outputs: Vec<Vec<u8>> =
        [None, Some(&[][..]), Some(&["--io-in-workspace"]), Some(&["--pool", "a=1K", "--pool", "b"])]
            .iter()
            .enumerate()
            .map(|(i, form)| {
                let path = match form {
                    None => model.clone(),
                    Some(args) => {
                        let path = folder.path().join(format!("{i}.tar"));
                        tool().arg("compile").arg(&model).arg("-o").arg(&path).args(*args).assert().success();
                        path
                    }
                };
                let output = folder.path().join(format!("{i}.bin"));
                let mut run = tool();
                run.arg("run").arg(&path).arg("--input").arg(&input).arg("--output").arg(&output);
                run.args(["--workspace-offset", &i.to_string(), "--repeat", "2"]).assert().success();
                fs::read(output).unwrap()
            })
            .collect();
    assert_eq!(outputs[0].len(), 200);
    assert!(outputs.iter().all(|output| *output == outputs[0]));
}

/// `TENSOR=FILE` for each file `<archive>.<side>.<tensor>.bin` beside an archive.
fn tensor_files(archive: &Path, side: &str) -> Vec<String> {
    let prefix = format!("{}.{side}.", archive.file_stem().unwrap().to_string_lossy());
    let mut found = Vec::new();
    for entry in fs::read_dir(archive.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(tensor) = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".bin")) {
            found.push(format!("{tensor}={}", path.display()));
        }
    }
    found
}

/// Neither the model's C nor the driver has undefined behaviour.
#[test]
fn the_bundled_model_is_clean_under_sanitizers() {
    let folder = tempfile::tempdir().unwrap();
    let images = fs::read(repository("models/digits/test_images.bin")).unwrap();
    fs::write(folder.path().join("images.bin"), &images[..64 * 4]).unwrap();
    for form in [&[][..], &["--io-in-workspace"]] {
        let archive = folder.path().join("digits.tar");
        let model = repository("models/digits/digits.tflite");
        tool().arg("compile").arg(model).arg("-o").arg(&archive).args(form).assert().success();
        let mut run = tool();
        run.current_dir(folder.path()).arg("run").arg(&archive).args([
            "--input",
            "images.bin",
            "--workspace-offset",
            "1",
        ]);
        run.args(["--cc-arg=-fsanitize=address,undefined", "--cc-arg=-fno-sanitize-recover=all"]);
        // The leak check does not work in some debuggers and containers, and only the driver allocates memory here.
        let (_, stderr) = printed(&run.env("ASAN_OPTIONS", "detect_leaks=0").assert().success());
        assert_eq!(stderr, "");
    }
}

fn archives() -> Option<Vec<PathBuf>> {
    let entries = fs::read_dir(real_archives()?).unwrap();
    let mut archives: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    archives.retain(|path| path.extension().is_some_and(|extension| extension == "tar"));
    archives.sort();
    assert!(archives.len() >= 28, "{} archives", archives.len());
    Some(archives)
}

#[test]
fn real_archives_give_the_expected_bytes() {
    let Some(archives) = archives() else { return };
    let mut ran = 0;
    for archive in archives {
        let expected = tensor_files(&archive, "out");
        if expected.is_empty() {
            continue;
        }
        // Small models at every misalignment, the others at the largest. Without optimisation the C compiler is fastest.
        let small = fs::metadata(&archive).unwrap().len() < 200_000;
        for offset in if small { &["0", "1", "2", "3"][..] } else { &["3"] } {
            let mut run = tool();
            run.arg("run").arg(&archive).args(["--workspace-offset", offset, "--repeat", "2", "--cc-arg=-O0"]);
            tensor_files(&archive, "in").iter().for_each(|file| _ = run.arg("--input").arg(file));
            expected.iter().for_each(|file| _ = run.arg("--expect").arg(file));
            let assert = run.assert();
            let (stdout, stderr) = printed(&assert);
            assert!(assert.get_output().status.success(), "{} at offset {offset}: {stderr}", archive.display());
            assert_eq!(stdout.matches("bytes as expected").count(), expected.len(), "{stdout}");
        }
        ran += 1;
    }
    assert!(ran >= 27, "{ran} archives ran");
}

/// The same members in another order, without or with `./`, each after a PAX header.
fn variant(archive: &Path, folder: &Path) -> PathBuf {
    let mut members = Vec::new();
    for entry in tar::Archive::new(fs::File::open(archive).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            members.push((entry.path().unwrap().to_string_lossy().into_owned(), data));
        }
    }
    let path = folder.join(archive.file_name().unwrap());
    let mut variant = tar::Builder::new(fs::File::create(&path).unwrap());
    for (name, data) in members.iter().rev() {
        variant.append_pax_extensions([("comment", "é".as_bytes()), ("mtime", b"1.5")]).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o600);
        let name = name.strip_prefix("./").map_or_else(|| format!("./{name}"), str::to_owned);
        variant.append_data(&mut header, name, data.as_slice()).unwrap();
    }
    variant.finish().unwrap();
    path
}

#[test]
fn real_archives_run_in_any_order_and_spelling() {
    let Some(archives) = real_archives() else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in ["duo_c_pool", "hello_packed", "hello08_c", "hello_c_io"] {
        let archive = archives.join(format!("{name}.tar"));
        let mut run = tool();
        run.arg("run").arg(variant(&archive, folder.path())).arg("--cc-arg=-O0");
        tensor_files(&archive, "in").iter().for_each(|file| _ = run.arg("--input").arg(file));
        tensor_files(&archive, "out").iter().for_each(|file| _ = run.arg("--expect").arg(file));
        run.assert().success();
    }
}

#[test]
fn real_archives_are_inspected_without_a_defect_left() {
    let Some(archives) = archives() else { return };
    for archive in archives {
        let (text, stderr) = printed(&tool().arg("inspect").arg(&archive).assert().success());
        assert!(stderr.is_empty(), "{stderr}");
        assert!(text.contains("Inputs") && text.contains("Memory") && !text.contains("refused"), "{text}");
        let (json, _) = printed(&tool().args(["inspect", "--json"]).arg(&archive).assert().success());
        let facts: serde_json::Value = serde_json::from_str(&json).unwrap();
        for model in facts["models"].as_array().unwrap() {
            assert!(model["symbol"].is_string(), "{}", archive.display());
            for tensor in ["inputs", "outputs"].iter().flat_map(|side| model[side].as_array().unwrap()) {
                assert!(tensor["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{}", archive.display());
            }
        }
    }
}

/// The original model adds what TVM's archives leave out, and another model is refused.
#[test]
fn the_original_model_completes_an_archive() {
    let Some(folder) = real_archives() else { return };
    let Some(original) = data("models").map(|models| models.join("hello_world_int8.tflite")) else { return };
    let archive = folder.join("hello_c_pool.tar");
    let inspect = |archive: &Path| {
        let mut inspect = tool();
        inspect.args(["inspect", "--json"]).arg(archive).arg("--tflite").arg(&original);
        inspect.assert()
    };
    let (json, _) = printed(&inspect(&archive).success());
    let facts: serde_json::Value = serde_json::from_str(&json).unwrap();
    let input = &facts["models"][0]["inputs"][0];
    assert!(input["scale"].is_number() && input["zero_point"].is_number() && input["shape"].is_array(), "{input}");
    let (_, stderr) = printed(&inspect(&folder.join("kws_m4_pool.tar")).code(1));
    assert!(stderr.contains("hello_world_int8.tflite") && stderr.contains("next: "), "{stderr}");
}

/// The user provides the kernels of CMSIS-NN: the tool lists them, and accepts them.
#[test]
fn a_library_of_the_user_is_named() {
    let Some(folder) = real_archives() else { return };
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("zero.bin"), [0; 490]).unwrap();
    let mut run = tool();
    run.arg("run").arg(folder.join("kws_c_cmsisnn.tar")).args(["--input", "zero.bin"]).current_dir(work.path());
    let (_, stderr) = printed(&run.assert().code(5));
    assert!(stderr.contains("arm_convolve_wrapper_s8") && stderr.contains("--cc-arg"), "{stderr}");
}

/// With `--parameters user` the constants are not in the generated C: the descriptor has no data, and the constant
/// context requires them.
#[test]
fn parameters_can_be_left_to_the_firmware() {
    let Some(folder) = real_archives() else { return };
    let archive = folder.join("hello_c_pools_const.tar");
    for (who, carried) in [("carried", true), ("user", false)] {
        let folder = tempfile::tempdir().unwrap();
        tool()
            .arg("generate")
            .arg(&archive)
            .arg("-o")
            .arg(folder.path())
            .args(["--parameters", who])
            .assert()
            .success();
        assert_eq!(folder.path().join("hello_pools_parameters.c").is_file(), carried, "{who}");
        let header = fs::read_to_string(folder.path().join("hello_pools.h")).unwrap();
        assert_eq!(header.contains("#define TVM_HELLO_POOLS_CONTEXT(workspace, parameter)"), !carried, "{who}");
    }
}
