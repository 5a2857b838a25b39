//! Parameters and results of programs, as far as their text makes them certain.

use super::text::MOST;
use super::*;
use crate::model::dtype::DType;

fn ty(shape: &[i64], dtype: &str) -> Option<TensorType> {
    Some(TensorType { shape: shape.to_vec(), dtype: DType::parse(dtype).expect("a type") })
}

#[test]
fn parameters_with_unusual_names_comments_and_attributes() {
    let text = "#[version = \"0.0.5\"]\ndef @main(%serving:0: Tensor[(1, 8), int8] /* span=a:0:0 (b) */, \
                %1st input: Tensor[(), float32], %t: (Tensor[(1), int8], Tensor[(2), int8]), %d: Tensor[(?, 3), int8], \
                hash=\"a,(\", output_tensor_names=[\"out a\", \"b\"]) -> (Tensor[(2), int8], (Tensor[(3), uint8],)) {\n}\n";
    let main = main_function(text).expect("main");
    let names: Vec<&str> = main.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["serving:0", "1st input", "t", "d"]);
    assert_eq!(main.parameters[0].ty, ty(&[1, 8], "int8"));
    assert_eq!(main.parameters[1].ty, ty(&[], "float32"));
    assert_eq!(main.parameters[2].ty, None);
    assert_eq!(main.parameters[3].ty, None);
    assert_eq!(main.output_names, ["out a", "b"]);
    let results = [ty(&[2], "int8"), ty(&[3], "uint8")].map(Partial::from);
    assert_eq!(main.results, results);
}

fn inferred(body: &str) -> Vec<Option<Vec<i64>>> {
    let text = format!("def @main(%x: Tensor[(1, 8, 6, 4), int8], %w: Tensor[(3, 3), int8]) {{\n{body}\n}}\n");
    let main = main_function(&text).expect("main");
    let whole = |p: &Partial| p.shape.as_ref()?.iter().copied().collect();
    main.results.iter().map(whole).collect()
}

#[test]
fn shapes_follow_from_the_operators() {
    let conv = "  %0 = nn.conv2d(%x, %w, strides=[2, 2], padding=[1, 1, 0, 0], channels=5, kernel_size=[3, 3], \
                data_layout=\"NHWC\", out_dtype=\"int32\") /* span=a;b */;\n";
    assert_eq!(inferred(&format!("{conv}  %0")), [Some(vec![1, 4, 3, 5])]);
    assert_eq!(inferred(&format!("{conv}  reshape(%0, newshape=[-1, 20])")), [Some(vec![3, 20])]);
    assert_eq!(
        inferred(&format!(
            "{conv}  %1 = nn.max_pool2d(%0, pool_size=[2, 3], layout=\"NHWC\");\n  (%1, (clip(%x), %w))"
        )),
        [Some(vec![1, 3, 1, 5]), Some(vec![1, 8, 6, 4]), Some(vec![3, 3])]
    );
    let pool = "  nn.avg_pool2d(%x, pool_size=[2, 2], padding=[1, 0], strides=[2, 1])";
    assert_eq!(inferred(pool), [Some(vec![1, 8, 4, 3])]);
    let nested = "  %0 = fn (%a: Tensor[(5), int8], Primitive=1, global_symbol=\"f\") -> Tensor[(7), int8] { %a };\n  \
                  %1 = fn (%a: Tensor[(5), int8]) {\n    nn.relu(%a)\n  };\n  %2 = %1(%x);\n  (%0(%x), nn.relu(%2))";
    assert_eq!(inferred(nested), [Some(vec![7]), Some(vec![5])]);
    assert_eq!(inferred("  add(%x, %x)"), [Some(vec![1, 8, 6, 4])]);
    assert_eq!(inferred("  qnn.dense(%w, %x, 0, units=7, out_dtype=\"int32\")"), [Some(vec![3, 7])]);
}

#[test]
fn types_follow_from_the_operators() {
    let parameters = "%x: Tensor[(1, 8), int8], %f: Tensor[(1, 8), float32], %i: Tensor[(1, 8), int32]";
    for (body, wanted) in [
        ("qnn.requantize(%i, 0.5f, 0, 0.25f, 0, out_dtype=\"int8\")", Some("int8")),
        ("qnn.requantize(%i, 0.5f, 0, 0.25f, 0)", None),
        ("qnn.quantize(%f, 0.5f, 3, out_dtype=\"uint8\")", Some("uint8")),
        ("qnn.dequantize(%x, 0.5f, 3)", Some("float32")),
        ("qnn.dequantize(%x, 0.5f, 3, out_dtype=\"float16\")", Some("float16")),
        ("qnn.dequantize(%x, 0.5f, 3, out_dtype=\"half\")", None),
        ("cast(%x, dtype=\"int16\")", Some("int16")),
        ("add(%i, 3)", Some("int32")),
        ("nn.softmax(%f)", Some("float32")),
        ("nn.dense(%f, %f, units=8)", Some("float32")),
        ("nn.dense(%x, %x, units=8, out_dtype=\"\")", Some("int8")),
        ("qnn.dense(%x, %x, 0, 0, 1f, 1f, units=8, out_dtype=\"int32\")", Some("int32")),
    ] {
        let main = main_function(&format!("def @main({parameters}) {{\n  {body}\n}}\n")).expect("main");
        let shape = Some(vec![Some(1), Some(8)]);
        assert_eq!(main.results, [Partial { dtype: wanted.and_then(DType::parse), shape }], "{body}");
    }
}

#[test]
fn scalars_have_no_dimensions() {
    let main = main_function(
        "def @main(%x: Tensor[(3, 3), float32], %a: b: int8 /* ty=int8 */, %s: float32) -> (int64, float32) {\n}\n",
    );
    let main = main.expect("main");
    let names: Vec<&str> = main.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["x", "a: b", "s"]);
    assert_eq!(main.parameters[1].ty, ty(&[], "int8"));
    assert_eq!(main.results, [ty(&[], "int64"), ty(&[], "float32")].map(Partial::from));
    for unknown in ["int9", "floaty", "int8x4"] {
        assert_eq!(main_function(&format!("def @main(%x: {unknown}) {{}}")), None, "{unknown}");
    }
}

#[test]
fn types_that_the_text_states_are_taken() {
    let dense = "  %0 = nn.dense(%x, meta[relay.Constant][0] /* ty=Tensor[(10, 4), int8] */, units=None);\n  %0";
    assert_eq!(inferred(dense), [Some(vec![1, 8, 6, 10])]);
    assert_eq!(inferred("  unheard_of(%x) /* ty=Tensor[(7, 2), int8] span=a */"), [Some(vec![7, 2])]);
    assert_eq!(inferred("  unheard_of(%x /* ty=Tensor[(7, 2), int8] */)"), [None]);
    assert_eq!(inferred("  unheard_of(%x) /* ty=Tensor[(?, 2), int8] */"), [None]);
}

#[test]
fn shapes_follow_from_weights_and_from_each_other() {
    let with = |parameters: &str, body: &str| {
        let main = main_function(&format!("def @main({parameters}) {{\n{body}\n}}\n")).expect("main");
        main.results.iter().map(|p| p.shape.as_ref()?.iter().copied().collect()).collect::<Vec<Option<Vec<i64>>>>()
    };
    let image = "%x: Tensor[(1, 3, 8, 8), float32], %w: Tensor[(5, 3, 3, 1), float32], %s: float32, \
                 %r: Tensor[(8, 1), float32]";
    assert_eq!(with(image, "  nn.conv2d(%x, %w)"), [Some(vec![1, 5, 6, 8])]);
    assert_eq!(with(image, "  nn.conv2d(%x, %w, groups=3)"), [None]);
    assert_eq!(with(image, "  nn.conv2d(%x, %w, kernel_layout=\"OIHW4o\")"), [None]);
    assert_eq!(with(image, "  add(%s, %x)"), [Some(vec![1, 3, 8, 8])]);
    assert_eq!(with(image, "  multiply(%x, %r)"), [Some(vec![1, 3, 8, 8])]);
    assert_eq!(with(image, "  multiply(%w, %x)"), [None]);
    assert_eq!(with("%x: Tensor[(1, 8), int8], %w: Tensor[(4, 9), int8]", "  nn.dense(%x, %w)"), [None]);
    // A dimension that is open in one of the two is that of the other, unless that is 1.
    let open = "  %0 = nn.dense(%x, meta[relay.Constant][0]);\n  add(%0, %r)";
    assert_eq!(with("%x: Tensor[(2, 8), int8], %r: Tensor[(2, 5), int8]", open), [Some(vec![2, 5])]);
    assert_eq!(with("%x: Tensor[(2, 8), int8], %r: Tensor[(2, 1), int8]", open), [None]);
    let open = "  %0 = nn.dense(%x, meta[relay.Constant][0], units=None);\n  add(%0, %0)";
    assert_eq!(with("%x: Tensor[(2, 8), int8]", open), [None]);
}

#[test]
fn types_that_do_not_follow_are_unknown() {
    for body in [
        "  unheard_of(%x)",
        "  reshape(%x, newshape=[0, -1])",
        "  nn.max_pool2d(%x, pool_size=[2, 2], layout=\"NHWC\", ceil_mode=True)",
        "  nn.conv2d(%x, %w, channels=5, data_layout=\"NHWC8c\")",
        "  nn.dense(%x, %w, units=None)",
        "  %0 = fn (%a: Tensor[(1), int8]) { mystery(%a) };\n  %0(%x)",
        "  %0 = fn (%a: Tensor[(1), int8]) { (%a, %a) };\n  %0(%x)",
        "  %1(%x)",
        "  right_shift(%w, %x)",
        "  clip(1f)",
        "  nn.max_pool2d(%x, pool_size=[2, 2], layout=\"NHWC\", padding=[1])",
        "  nn.max_pool2d(%x, pool_size=[2, 2], layout=\"NHWC\", strides=[1])",
        "  nn.max_pool2d(%x, pool_size=[2, 2], layout=\"NHWC\", strides=None)",
        "  nn.max_pool2d(%x, pool_size=[2, 9], layout=\"NHWC\")",
        "  nn.conv2d(%w, %x, channels=5, kernel_size=[1, 1])",
        "  nn.conv2d(%x, %w, channels=5, kernel_size=[1, 1], out_layout=\"NHWC\")",
        "  reshape(%x, newshape=[-1, -1])",
        "  reshape(%x, newshape=[-3, 4])",
        "  reshape(%x, newshape=[-1, 5])",
        "  reshape(%x, newshape=7)",
        "  %f(x) = clip(%x);\n  %f(x)",
    ] {
        assert_eq!(inferred(body), [None], "{body}");
    }
}

#[test]
fn empty_parts_of_a_tuple_are_no_results() {
    assert_eq!(inferred("  (%w,)"), [Some(vec![3, 3])]);
    assert_eq!(inferred("  ()"), []);
    let nested = format!("  {}%w{}", "(".repeat(20), ")".repeat(20));
    assert_eq!(inferred(&nested), [None], "tuples are followed 16 deep");
}

#[test]
fn functions_in_functions_are_followed_three_deep() {
    let nested = |depth: usize| {
        let open = "%f = fn (%a: Tensor[(5), int8]) { ".repeat(depth);
        format!("  {open}nn.relu(%a){}", " };\n  %f(%x)".repeat(depth))
    };
    assert_eq!(inferred(&nested(3)), [Some(vec![5])]);
    assert_eq!(inferred(&nested(4)), [None]);
}

#[test]
fn programs_of_unbounded_length_are_ignored() {
    let statements = format!("{}  %x", "  %0 = clip(%x);\n".repeat(MOST + 1));
    assert_eq!(inferred(&statements), []);
    assert_eq!(inferred(&format!("  ({})", "%w,".repeat(MOST + 5))).len(), MOST);
    let parameters = "%a: Tensor[(1), int8], ".repeat(MOST + 1);
    assert_eq!(main_function(&format!("def @main({parameters}) {{}}")), None);
    let results = "Tensor[(1), int8],".repeat(MOST + 5);
    let main = main_function(&format!("def @main() -> ({results}) {{}}")).expect("main");
    assert_eq!(main.results.len(), MOST + 1, "no more are read; that they are too many is seen by their number");
    let shape = "1, ".repeat(65);
    assert_eq!(
        main_function(&format!("def @main(%a: Tensor[({shape}), int8]) {{}}")).expect("main").parameters[0].ty,
        None
    );
    assert_eq!(main_function(&format!("def @main() {{ {} }}", " ".repeat(LONGEST))), None);
}

#[test]
fn one_open_dimension_follows_from_the_size() {
    let open = Partial { dtype: None, shape: Some(vec![None, Some(12)]) };
    assert_eq!(open.settle(DType::FLOAT32, 96), Some(vec![2, 12]));
    assert_eq!(open.settle(DType::FLOAT32, 95), None);
    let two = Partial { dtype: None, shape: Some(vec![None, None]) };
    assert_eq!(two.settle(DType::INT8, 4), None);
    let nothing = Partial { dtype: None, shape: Some(vec![None, Some(0)]) };
    assert_eq!(nothing.settle(DType::INT8, 0), None);
    assert_eq!(Partial::default().settle(DType::INT8, 4), None);
    let huge = Partial { dtype: None, shape: Some(vec![Some(i64::MAX), Some(3)]) };
    assert_eq!(huge.settle(DType::INT8, 4), None);
    let none = Partial { dtype: None, shape: Some(vec![Some(3)]) };
    assert_eq!(none.settle(DType::INT8, 4), None);
}

#[test]
fn an_incomplete_program_is_none_without_a_panic() {
    let text = "def @main(%x: Tensor[(1, 8), int8], a=[1, 2]) -> Tensor[(1), int8] {";
    for end in 0..text.len() {
        let _ = main_function(&text[..end]);
    }
    assert_eq!(main_function("def @other(%x: Tensor[(1), int8]) {}"), None);
    assert_eq!(main_function("def @main(%x"), None);
}
