//! `metadata.json` of the archives made here.

use super::synthetic::{Memory, Synthetic, sanitize};
use serde_json::Value;
use tvm_embedded_mlf::{
    DType, EXTENSION_ABI, Extension, ExtensionPool, ExtensionTensor, MetadataModule, MetadataTensor, PoolKind,
};

impl Synthetic {
    pub(super) fn metadata(&self) -> MetadataModule {
        let tensors = |names: &[String]| -> Vec<MetadataTensor> {
            let tensor = |name: &String| MetadataTensor { name: name.clone(), size_bytes: 4, dtype: DType::INT8 };
            names.iter().map(tensor).collect()
        };
        MetadataModule {
            name: self.module.clone(),
            targets: vec!["c -keys=cpu".to_owned()],
            export_datetime: "2024-01-01 00:00:00Z".to_owned(),
            workspace_size_bytes: self.pools().iter().filter(|name| **name != "flash").count().max(1) as u64 * 32,
            constants_size_bytes: 0,
            io_size_bytes: 8,
            inputs: tensors(&self.inputs),
            outputs: tensors(&self.outputs),
            operator_functions: Vec::new(),
            extension: (self.state || self.layers > 0).then(|| self.extension()),
        }
    }

    /// The facts that this project's own compiler would add.
    fn extension(&self) -> Extension {
        let io = self.memory == Memory::Io;
        let tensors = |names: &[String], first: u64| -> Vec<ExtensionTensor> {
            let tensor = |(i, name): (u64, &String)| ExtensionTensor {
                name: name.clone(),
                c_name: sanitize(name),
                dtype: "int8".into(),
                shape: vec![1, 4],
                scale: Some(0.5),
                zero_point: Some(-3),
                alignment: 4,
                workspace: io.then(|| "sram".to_owned()),
                offset: io.then_some(first + 4 * i),
            };
            (0..).zip(names).map(tensor).collect()
        };
        let pool = |name: &&str| ExtensionPool {
            name: (*name).to_owned(),
            kind: if *name == "flash" { PoolKind::Constant } else { PoolKind::Workspace },
            size: if *name == "flash" { 8 } else { 32 },
            alignment: 16,
            state: *name == "state",
        };
        Extension {
            abi: EXTENSION_ABI,
            compiler: "test".into(),
            cores: None,
            optimize: None,
            inputs: tensors(&self.inputs, 0),
            outputs: tensors(&self.outputs, 16),
            pools: self.pools().iter().map(pool).collect(),
            stack: Some(400),
            layers: vec![Value::Null; self.layers],
            removed: Vec::new(),
            findings: Vec::new(),
        }
    }
}
