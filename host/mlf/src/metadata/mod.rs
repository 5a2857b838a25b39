//! `metadata.json`, all versions: checked, and converted to one form.

pub(crate) mod extension;
pub(crate) mod json;

use serde::de::DeserializeOwned;
use serde_json::Value;

use self::extension::{EXTENSION_ABI, EXTENSION_KEY, Extension};
use self::json::Node;
use crate::error::{Error, ErrorKind, Result};
use crate::model::dtype::DType;
use crate::model::{OperatorFunction, TvmVersion};

/// Member that holds the metadata.
pub(crate) const MEMBER: &str = "metadata.json";

/// The newest version that exists.
const NEWEST: u64 = 7;

/// The document, for all versions.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub version: u32,
    pub modules: Vec<ModuleMetadata>,
}

/// One module of it.
#[derive(Debug)]
pub(crate) struct ModuleMetadata {
    pub name: String,
    pub targets: Vec<String>,
    pub tvm_version: Option<TvmVersion>,
    pub workspace_size_bytes: u64,
    pub constants_size_bytes: u64,
    pub io_size_bytes: u64,
    /// Absent before TVM 0.11.
    pub inputs: Option<Vec<NamedSize>>,
    pub outputs: Option<Vec<NamedSize>>,
    pub operator_functions: Vec<OperatorFunction>,
    pub extension: Option<Extension>,
}

/// Name (the model's own), size and type of a tensor. In the file they are in alphabetical order.
#[derive(Debug, Clone)]
pub(crate) struct NamedSize {
    pub name: String,
    pub size_bytes: u64,
    pub dtype: DType,
}

impl Metadata {
    pub fn parse(document: &Value) -> Result<Self> {
        let root = Node::root(document);
        let version = root.get("version")?;
        let number = version.size()?;
        let refused = |what: &str| version.unsupported(format!("Model Library Format version {number} {what}"));
        match number {
            5..=NEWEST => {}
            1..=4 => {
                return Err(refused("is older than the C interface that this tool builds on").advise(
                    "build the archive again with TVM 0.8 to 0.18, or compile the .tflite file with this tool",
                ));
            }
            0 => return Err(version.error("there is no Model Library Format version 0")),
            _ => {
                return Err(refused(&format!(
                    "is newer than what is known here (versions 5 and 7, which TVM 0.8 to 0.18 write, and {})",
                    "the unreleased 6"
                ))
                .advise("look for a newer version of this tool"));
            }
        }
        // Operator style keeps its entries at the top level, in every version.
        refuse_style(&root)?;
        let modules = if number == 7 {
            let modules = root.get("modules")?;
            let entries = modules.entries()?;
            if entries.is_empty() {
                return Err(modules.error("the archive has no module"));
            }
            entries.iter().map(|(name, node)| ModuleMetadata::parse(name, node)).collect::<Result<_>>()?
        } else {
            let name = root.get("model_name")?.text()?;
            vec![ModuleMetadata::parse(name, &root)?]
        };
        Ok(Metadata { version: u32::try_from(number).unwrap_or(u32::MAX), modules })
    }
}

impl ModuleMetadata {
    fn parse(key: &str, node: &Node<'_>) -> Result<Self> {
        let name = node.get("model_name")?;
        check_name(&name)?;
        if name.text()? != key {
            return Err(name.error(format!("does not agree with the module's key {key:?}")));
        }
        refuse_style(node)?;
        refuse_executors(node)?;
        let functions = node.get("memory")?.get("functions")?;
        let main = functions.get("main")?;
        let mains = main.items()?;
        // The header's sizes also come from the first entry.
        let main = mains.first().ok_or_else(|| main.error("the list is empty"))?;
        let optional = |key: &str| match main.find(key)? {
            Some(node) => node.size(),
            None => Ok(0),
        };
        Ok(ModuleMetadata {
            name: key.to_owned(),
            targets: targets(&node.get("target")?)?,
            tvm_version: tvm_version(node)?,
            workspace_size_bytes: main.get("workspace_size_bytes")?.size()?,
            constants_size_bytes: optional("constants_size_bytes")?,
            io_size_bytes: optional("io_size_bytes")?,
            inputs: tensors(main, "inputs")?,
            outputs: tensors(main, "outputs")?,
            operator_functions: operators(&functions)?,
            extension: extension(node)?,
        })
    }
}

fn check_name(node: &Node<'_>) -> Result<()> {
    let name = node.text()?;
    if name.is_empty() {
        return Err(node.error("the module's name is empty"));
    }
    if !name.bytes().all(|b| (0x20..0x7f).contains(&b)) || name.len() > 255 {
        return Err(node.error("a module's name has at most 255 printable ASCII characters"));
    }
    Ok(())
}

fn refuse_style(node: &Node<'_>) -> Result<()> {
    let Some(style) = node.find("style")? else {
        return Ok(());
    };
    match style.text()? {
        "full-model" => Ok(()),
        "operator" => Err(style
            .unsupported("the archive holds a single operator, not a model")
            .advise("export the model itself: tvm.micro.export_model_library_format on the result of relay.build")),
        other => Err(style.error(format!("unknown style {other:?}"))),
    }
}

fn refuse_executors(node: &Node<'_>) -> Result<()> {
    let executors = node.get("executors")?;
    let mut aot = false;
    for executor in executors.items()? {
        match executor.text()? {
            "aot" => aot = true,
            "graph" => {
                return Err(executor
                    .unsupported("the model is built for the graph executor, which interprets it at run time")
                    .advise("build it again with the ahead-of-time executor: --executor=aot"));
            }
            other => return Err(executor.unsupported(format!("unknown executor {other:?}"))),
        }
    }
    if aot {
        return Ok(());
    }
    Err(executors.unsupported("the model has no ahead-of-time executor"))
}

/// A list of strings, or in version 5 a map from device type to string.
fn targets(node: &Node<'_>) -> Result<Vec<String>> {
    let nodes = match node.value {
        Value::Object(_) => node.entries()?.into_iter().map(|(_, n)| n).collect(),
        _ => node.items()?,
    };
    nodes.iter().map(|n| Ok(n.text()?.to_owned())).collect()
}

fn tvm_version(node: &Node<'_>) -> Result<Option<TvmVersion>> {
    let Some(list) = node.find("external_dependencies")? else {
        return Ok(None);
    };
    for item in list.items()? {
        let crt = item.find("short_name")?.is_some_and(|n| n.value == "tvm_standalone_crt");
        if let (true, Some(version)) = (crt, item.find("version_spec")?) {
            return Ok(TvmVersion::parse(version.text()?));
        }
    }
    Ok(None)
}

fn tensors(main: &Node<'_>, key: &str) -> Result<Option<Vec<NamedSize>>> {
    let Some(list) = main.find(key)? else {
        return Ok(None);
    };
    let tensor = |(name, node): (&str, Node<'_>)| {
        let text = node.get("dtype")?;
        let unknown = |found: &str| {
            text.error(format!("unknown element type '{found}'; expected TVM's name of one, such as int8"))
        };
        let dtype = text.text().and_then(|found| DType::parse(found).ok_or_else(|| unknown(found)))?;
        Ok(NamedSize { name: name.to_owned(), size_bytes: node.get("size")?.size()?, dtype })
    };
    list.entries()?.into_iter().map(tensor).collect::<Result<_>>().map(Some)
}

fn operators(functions: &Node<'_>) -> Result<Vec<OperatorFunction>> {
    let Some(list) = functions.find("operator_functions")? else {
        return Ok(Vec::new());
    };
    // TVM documents a map here and writes a list.
    list.items()?
        .iter()
        .map(|node| {
            let mut most = 0;
            if let Some(workspace) = node.find("workspace")? {
                for item in workspace.items()? {
                    most = most.max(item.get("workspace_size_bytes")?.size()?);
                }
            }
            Ok(OperatorFunction { name: node.get("function_name")?.text()?.to_owned(), workspace_size_bytes: most })
        })
        .collect()
}

fn extension(node: &Node<'_>) -> Result<Option<Extension>> {
    let Some(node) = node.find(EXTENSION_KEY)? else {
        return Ok(None);
    };
    let abi = node.get("abi")?;
    if abi.size()? != u64::from(EXTENSION_ABI) {
        return Err(abi
            .unsupported(format!("version {} of the extension is not known here, only {EXTENSION_ABI}", abi.size()?))
            .advise("use the tool of the version that compiled the archive"));
    }
    let word = |key: &str| node.find(key)?.map(|word| Ok(word.text()?.to_owned())).transpose();
    Ok(Some(Extension {
        abi: EXTENSION_ABI,
        compiler: node.get("compiler")?.text()?.to_owned(),
        cores: word("cores")?,
        optimize: word("optimize")?,
        inputs: list(&node.get("inputs")?)?,
        outputs: list(&node.get("outputs")?)?,
        pools: node.find("pools")?.map_or(Ok(Vec::new()), |pools| list(&pools))?,
        stack: node.find("stack")?.map(|stack| stack.size()).transpose()?,
        layers: node.find("layers")?.map_or(Ok(Vec::new()), |layers| list(&layers))?,
        removed: node.find("removed")?.map_or(Ok(Vec::new()), |removed| list(&removed))?,
        findings: node.find("findings")?.map_or(Ok(Vec::new()), |findings| list(&findings))?,
    }))
}

/// A list; an error in an item names the place of that item.
fn list<T: DeserializeOwned>(node: &Node<'_>) -> Result<Vec<T>> {
    let item = |n: &Node<'_>| T::deserialize(n.value).map_err(|e| n.error(e.to_string()));
    node.items()?.iter().map(item).collect()
}

/// The document of an archive, of limited size.
pub(crate) fn check_size(bytes: u64, limit: u64) -> Result<()> {
    if bytes <= limit {
        return Ok(());
    }
    let text = format!("{bytes} bytes long; the limit for metadata is {limit}");
    Err(Error::new(ErrorKind::TooLarge, text))
}
