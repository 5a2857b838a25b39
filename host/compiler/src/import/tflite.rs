//! Pass 1: from the bytes of a `.tflite` file to a [`Graph`].
//!
//! The file is not trusted: accessors check every offset, indices are checked here, and what is copied is bounded by a budget
//! in proportion to the file, since a FlatBuffer can name the same bytes many times over.

use super::sparse;
use crate::format::reading::{Broken, Budget, few};
use crate::format::schema::{
    BuiltinOptionsRef, ModelRef, OperatorRef, QuantizationParametersRef, SparsityParametersRef, SubGraphRef, TensorRef,
};
use crate::ir::graph::*;
use crate::ir::problem::{Errors, MAX_PROBLEMS, Problem};
use crate::ops;
use crate::ops::definition::OptionsReader;
use planus::ReadAsRoot;
use planus::errors::ErrorKind;
use std::sync::Arc;

/// Largest file read.
pub const MAX_FILE: usize = 72 << 20;
/// Maximum number of bytes copied, beyond the length of the file.
const MAX_EXTRA: usize = 32 << 20;
/// Maximum number of operators in a graph: planning takes time in proportion to the square of their number.
const MAX_OPERATORS: usize = 4096;
/// Maximum number of tensors in a graph, and of buffers in a file.
const MAX_TENSORS: usize = 4 * MAX_OPERATORS;
/// Maximum number of subgraphs, and of kinds of operators.
const MAX_SUBGRAPHS: usize = 256;
/// Maximum number of tensors that an operator or the graph itself reads or writes.
const MAX_OPERANDS: usize = 1024;
/// Maximum number of scales of a tensor.
const MAX_SCALES: usize = 1 << 16;
/// Maximum number of entries of metadata.
const MAX_METADATA: usize = 256;
/// Maximum number of dimensions of a tensor.
const MAX_RANK: usize = 8;

/// Reads a model. The first broken reference ends the reading; everything else wrong with the file is reported at once.
pub fn read(bytes: &[u8]) -> Result<Graph, Errors> {
    if bytes.len() > MAX_FILE {
        return Err(Problem::file(format!("a file of {} bytes", bytes.len()), format!("up to {MAX_FILE} bytes")).into());
    }
    match bytes.get(4..8) {
        Some(b"TFL3") => {}
        _ => {
            return Err(Problem::file("not a .tflite file: no identifier \"TFL3\" at byte 4", "").into());
        }
    }
    let mut reader =
        Reader { budget: Budget((8 * bytes.len() + (1 << 16)).min(bytes.len() + MAX_EXTRA)), problems: Vec::new() };
    match reader.model(bytes) {
        Ok(graph) if reader.problems.is_empty() => Ok(graph),
        Ok(_) => Err(Errors(reader.problems)),
        Err(Broken(problem)) => {
            reader.problems.push(problem);
            Err(Errors(reader.problems))
        }
    }
}

/// The entry of the file that says which kind an operator is.
struct Code {
    kind: OpKind,
    version: i32,
    /// Name of a custom operator.
    custom: Option<String>,
}

/// Tensors of no elements that nobody writes are constants, although a file has no contents for them: lists of axes, shapes of scalars.
fn known_empty(graph: &mut Subgraph) {
    let mut written = vec![false; graph.tensors.len()];
    let by_operators = graph.operators.iter().flat_map(|op| &op.outputs);
    graph.inputs.iter().chain(by_operators).for_each(|id| written[id.0] = true);
    for (tensor, written) in graph.tensors.iter_mut().zip(written) {
        if tensor.elements() == 0 && !written && !tensor.variable {
            tensor.data.get_or_insert_with(|| Contents::Plain(Arc::from([])));
        }
    }
}

struct Reader {
    budget: Budget,
    problems: Vec<Problem>,
}

impl Reader {
    fn model(&mut self, bytes: &[u8]) -> Result<Graph, Broken> {
        let model = ModelRef::read_as_root(bytes)?;
        let version = model.version()?;
        if version != 3 {
            return Err(Broken(Problem::file(format!("file format version {version}"), "3")));
        }
        let mut codes = Vec::new();
        for code in few(model.operator_codes()?, MAX_SUBGRAPHS, "kinds of operators")? {
            let code = code?;
            self.budget.spend(16)?;
            // Old files have the number only in the deprecated field, which holds numbers up to 127.
            let kind = OpKind::builtin(i32::from(code.deprecated_builtin_code()?).max(code.builtin_code()?));
            let custom = if kind == OpKind::CUSTOM { Some(self.budget.text(code.custom_code()?)?) } else { None };
            codes.push(Code { kind, version: code.version()?, custom });
        }
        let mut buffers = Vec::new();
        for (i, buffer) in few(model.buffers()?, MAX_TENSORS, "buffers")?.enumerate() {
            let buffer = buffer?;
            if buffer.offset()? > 1 {
                return Err(Broken(Problem::file(format!("buffer {i} is outside the FlatBuffer"), "data inside")));
            }
            let data = buffer.data()?.unwrap_or(&[]);
            self.budget.spend(data.len() + 16)?;
            // Buffer 0 is the empty one by convention; other empty ones also mark tensors without contents.
            buffers.push((i > 0 && !data.is_empty()).then(|| Arc::<[u8]>::from(data)));
        }
        let mut graph = Graph { description: self.budget.text(model.description()?)?, ..Graph::default() };
        if codes.iter().any(|code| code.custom.as_deref().and_then(OpKind::custom) == Some(OpKind::ETHOS_U)) {
            graph.offline = self.offline(&model, &buffers)?;
        }
        for subgraph in few(model.subgraphs()?, MAX_SUBGRAPHS, "subgraphs")? {
            let subgraph = self.subgraph(&subgraph?, &codes, &buffers)?;
            graph.subgraphs.push(subgraph);
        }
        // Shapes are computed in the main graph alone.
        for tensor in graph.subgraphs.iter().skip(1).flat_map(|other| &other.tensors).filter(|tensor| tensor.unknown) {
            self.bad_tensor(&tensor.name, "dimension -1", "dimensions known at compile time");
        }
        if graph.subgraphs.is_empty() {
            self.problems.push(Problem::file("a file without a subgraph", "at least one"));
        }
        Ok(graph)
    }

    /// The contents of the metadata `OfflineMemoryAllocation`.
    fn offline(&mut self, model: &ModelRef<'_>, buffers: &[Option<Arc<[u8]>>]) -> Result<Option<Arc<[u8]>>, Broken> {
        for entry in few(model.metadata()?, MAX_METADATA, "entries of metadata")? {
            let entry = entry?;
            if self.budget.text(entry.name()?)? == "OfflineMemoryAllocation" {
                return Ok(buffers.get(entry.buffer()? as usize).cloned().flatten());
            }
        }
        Ok(None)
    }

    fn subgraph(
        &mut self,
        source: &SubGraphRef<'_>,
        codes: &[Code],
        buffers: &[Option<Arc<[u8]>>],
    ) -> Result<Subgraph, Broken> {
        let mut graph = Subgraph { name: self.budget.text(source.name()?)?, ..Subgraph::default() };
        for (index, tensor) in few(source.tensors()?, MAX_TENSORS, "tensors")?.enumerate() {
            self.budget.spend(2 * size_of::<Tensor>())?;
            let tensor = self.tensor(index, &tensor?, buffers)?;
            graph.tensors.push(tensor);
        }
        let count = graph.tensors.len();
        graph.inputs = self.ids(source.inputs()?, count, "an input of the graph")?;
        graph.outputs = self.ids(source.outputs()?, count, "an output of the graph")?;
        for (index, operator) in few(source.operators()?, MAX_OPERATORS, "operators")?.enumerate() {
            self.budget.spend(2 * size_of::<Operator>())?;
            let operator = self.operator(index, &operator?, codes, count)?;
            graph.operators.push(operator);
        }
        known_empty(&mut graph);
        Ok(graph)
    }

    fn tensor(
        &mut self,
        index: usize,
        source: &TensorRef<'_>,
        buffers: &[Option<Arc<[u8]>>],
    ) -> Result<Tensor, Broken> {
        // Names are all that reports and messages say of a tensor.
        let name = match self.budget.text(source.name()?)? {
            name if name.is_empty() => format!("tensor_{index}"),
            name => name,
        };
        let dtype = dtype(source.type_()?);
        let (sizes, signature) = self.dimensions(source, &name)?;
        let unknown = sizes.iter().any(|&size| size < 0);
        let mut shape: Vec<usize> = sizes.iter().map(|&size| usize::try_from(size).unwrap_or(1)).collect();
        let elements = shape.iter().try_fold(1usize, |product, &d| product.checked_mul(d));
        let bytes = elements.and_then(|n| dtype.bytes(n)).filter(|&n| n <= i32::MAX as usize);
        if bytes.is_none() || elements.is_none_or(|n| n > i32::MAX as usize) {
            self.bad_tensor(&name, format!("shape {shape:?} of {dtype}"), "up to 2147483647 bytes");
            shape.clear();
        }
        let buffer = source.buffer()? as usize;
        let data = match buffers.get(buffer) {
            Some(data) => data.clone(),
            None => {
                self.bad_tensor(&name, format!("refers to buffer {buffer}, and the file has {}", buffers.len()), "");
                None
            }
        };
        if let (Some(size), Some(_)) = (sizes.iter().find(|&&size| size < 0), &data) {
            self.bad_tensor(&name, format!("a constant with dimension {size}"), "dimensions of 0 or more");
        }
        // `check` refuses data of types without a size, so their contents are not needed.
        let data = data.filter(|_| dtype.size() > 0 || matches!(dtype, DType::Int4 | DType::Float16));
        let data = match (source.sparsity()?, data) {
            (Some(sparsity), Some(data)) => self.dense(&name, &sparsity, &shape, dtype, &data)?,
            (_, data) => data,
        };
        if let (Some(data), Some(bytes)) = (&data, bytes)
            && data.len() != bytes
        {
            self.bad_tensor(&name, format!("{} bytes of contents", data.len()), format!("{bytes} as the shape says"));
        }
        let quant = match source.quantization()? {
            Some(quant) => self.quantization(&quant)?,
            None => None,
        };
        let variable = source.is_variable()?;
        let data = data.map(Contents::from);
        Ok(Tensor { name, shape, dtype, quant, data, signature, unknown, unsigned: false, variable })
    }

    /// The dimensions of a tensor, and those that its file allows, -1 where it leaves one open; nothing if it does not say.
    fn dimensions(&mut self, source: &TensorRef<'_>, name: &str) -> Result<(Vec<i32>, Vec<i32>), Broken> {
        let dimensions = source.shape()?.into_iter().flatten();
        let mut sizes: Vec<i32> = dimensions.take(MAX_RANK + 1).collect();
        if sizes.len() > MAX_RANK {
            self.bad_tensor(name, "more dimensions", format!("up to {MAX_RANK}"));
            sizes.truncate(MAX_RANK);
        }
        let signature: Vec<i32> = source.shape_signature()?.into_iter().flatten().take(MAX_RANK + 1).collect();
        let signature = match signature.len() == sizes.len() {
            true => signature,
            false if sizes.iter().any(|&size| size < 0) => sizes.clone(),
            false => Vec::new(),
        };
        Ok((sizes, signature))
    }

    /// Contents that are sparse in the file.
    fn dense(
        &mut self,
        name: &str,
        sparsity: &SparsityParametersRef<'_>,
        shape: &[usize],
        dtype: DType,
        data: &[u8],
    ) -> Result<Option<Arc<[u8]>>, Broken> {
        let size = match dtype {
            DType::Float32 => 4,
            DType::Float16 => 2,
            DType::Int8 => 1,
            _ => {
                self.bad_tensor(name, format!("sparse contents of {dtype}"), "float32, float16, int8");
                return Ok(None);
            }
        };
        match sparse::dense(sparsity, shape, size, data, &mut self.budget)? {
            Ok(dense) => Ok(Some(dense.into())),
            Err(found) => {
                self.bad_tensor(name, found, "each element at most once, in order, as converters write them");
                Ok(None)
            }
        }
    }

    fn quantization(&mut self, source: &QuantizationParametersRef<'_>) -> Result<Option<Quantization>, Broken> {
        let (mut scales, mut zero_points) = (Vec::new(), Vec::new());
        for scale in few(source.scale()?, MAX_SCALES, "scales of a tensor")? {
            self.budget.spend(4)?;
            scales.push(scale);
        }
        for zero_point in few(source.zero_point()?, MAX_SCALES, "zero points of a tensor")? {
            self.budget.spend(8)?;
            zero_points.push(zero_point);
        }
        // Converters write empty parameters for tensors that have none.
        if scales.is_empty() {
            return Ok(None);
        }
        let axis = usize::try_from(source.quantized_dimension()?).unwrap_or(usize::MAX);
        Ok(Some(Quantization { scales, zero_points, axis }))
    }

    fn operator(
        &mut self,
        index: usize,
        source: &OperatorRef<'_>,
        codes: &[Code],
        tensors: usize,
    ) -> Result<Operator, Broken> {
        let code = source.opcode_index()? as usize;
        let Some(&Code { kind, version, ref custom }) = codes.get(code) else {
            let found = format!("operator {index} refers to operator code {code}, and the file has {}", codes.len());
            return Err(Broken(Problem::file(found, "")));
        };
        let mut inputs = Vec::new();
        for id in few(source.inputs()?, MAX_OPERANDS, "inputs of an operator")? {
            self.budget.spend(16)?;
            inputs.push(if id == -1 { None } else { Some(tensor_id(id, tensors, &format!("operator {index}"))?) });
        }
        let outputs = self.ids(source.outputs()?, tensors, &format!("operator {index}"))?;
        let known = custom.as_deref().and_then(ops::custom);
        let (kind, options): (OpKind, Arc<dyn OpOptions>) = match (custom, known) {
            (_, Some((kind, read))) => {
                let options = read(source.custom_options()?.unwrap_or(&[]), &mut self.budget)?;
                (kind, options.unwrap_or_else(|| Arc::new(())))
            }
            (Some(name), None) => {
                let options = source.custom_options()?.unwrap_or(&[]);
                self.budget.spend(options.len())?;
                (kind, Arc::new(Custom { name: name.clone(), options: options.to_vec() }))
            }
            (None, None) => (kind, self.options(kind, source)?),
        };
        Ok(Operator { index, kind, version, options, inputs, outputs })
    }

    fn options(&mut self, kind: OpKind, source: &OperatorRef<'_>) -> Result<Arc<dyn OpOptions>, Broken> {
        let read = ops::definition(kind).and_then(|definition| definition.options);
        let table = match source.builtin_options() {
            Ok(table) => table,
            Err(error) => match error.error_kind {
                // Options unknown to this reader: those of another operator, where this one has some.
                ErrorKind::UnknownUnionTag { .. } if read.is_some() => return Ok(Arc::new(Foreign { of: None })),
                // A type of options without its table: the list of fields ends between the two.
                ErrorKind::UnknownUnionTag { .. } | ErrorKind::InvalidVtableLength { .. } => None,
                _ => return Err(error.into()),
            },
        };
        let Some(read) = read else { return Ok(Arc::new(())) };
        Ok(match (read(table.as_ref(), &mut self.budget)?, table) {
            (Some(options), _) => options,
            (None, Some(table)) => Arc::new(Foreign { of: self.owner(&table) }),
            (None, None) => Arc::new(()),
        })
    }

    /// The operator whose options these are.
    fn owner(&mut self, table: &BuiltinOptionsRef<'_>) -> Option<OpKind> {
        let mut owns = |read: OptionsReader| matches!(read(Some(table), &mut self.budget), Ok(Some(_)));
        let owner = ops::definitions().find(|definition| definition.options.is_some_and(&mut owns));
        owner.map(|definition| definition.kind)
    }

    fn ids(
        &mut self,
        source: Option<planus::Vector<'_, i32>>,
        tensors: usize,
        whose: &str,
    ) -> Result<Vec<TensorId>, Broken> {
        let mut ids = Vec::new();
        for id in few(source, MAX_OPERANDS, &format!("tensors listed for {whose}"))? {
            self.budget.spend(8)?;
            ids.push(tensor_id(id, tensors, whose)?);
        }
        Ok(ids)
    }

    fn bad_tensor(&mut self, name: &str, found: impl Into<String>, supported: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { tensor: Some(name.to_owned()), ..Problem::file(found, supported) });
        }
    }
}

fn tensor_id(id: i32, tensors: usize, whose: &str) -> Result<TensorId, Broken> {
    match usize::try_from(id) {
        Ok(index) if index < tensors => Ok(TensorId(index)),
        _ => {
            let found = format!("{whose} refers to tensor {id}, and the graph has {tensors}");
            Err(Broken(Problem::file(found, "")))
        }
    }
}

fn dtype(code: i8) -> DType {
    match code {
        0 => DType::Float32,
        1 => DType::Float16,
        2 => DType::Int32,
        3 => DType::Uint8,
        4 => DType::Int64,
        6 => DType::Bool,
        7 => DType::Int16,
        9 => DType::Int8,
        12 => DType::Uint64,
        13 => DType::Resource,
        15 => DType::Uint32,
        17 => DType::Int4,
        other => DType::Other(other),
    }
}
