//! C statements that use constants which are not in the code.

use crate::ir::stored::{ConstantPools, Stored};

/// The arrays in pools that C text names, in the order in which it first does.
pub fn named<'t>(pools: &ConstantPools, text: &'t str) -> Vec<(&'t str, Stored)> {
    let mut found: Vec<(&str, Stored)> = Vec::new();
    if pools.pools.is_empty() {
        return found;
    }
    for word in words(text) {
        match pools.find(word) {
            Some(stored) if found.iter().all(|(name, _)| *name != word) => found.push((word, stored)),
            _ => {}
        }
    }
    found
}

/// A variable of a layer that holds addresses of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its type, without `const`; one that ends in `*` is a pointer.
    pub c_type: String,
    /// Elements of an array; 1 for others.
    pub elements: usize,
}

/// C statements of a layer without `static` before constants that hold one of these names or another such constant: their values are no
/// constant expressions. Returns these variables, too.
pub fn without_static(body: &str, names: &[&str]) -> (String, Vec<Variable>) {
    const STATIC: &str = "static const ";
    let mut known: Vec<&str> = names.to_vec();
    let (mut out, mut rest, mut variables) = (String::with_capacity(body.len()), body, Vec::new());
    while let Some(at) = rest.find(STATIC) {
        let declaration = &rest[at + STATIC.len()..];
        let end = declaration.find(';').unwrap_or(declaration.len());
        let (head, value) = declaration[..end].split_once('=').unwrap_or((&declaration[..end], ""));
        out.push_str(&rest[..at]);
        let dynamic = words(value).any(|word| known.contains(&word));
        if dynamic && let Some(name) = words(head).last() {
            let start = head.rfind(name).unwrap_or(0);
            let elements = if head[start..].contains('[') { value.matches(',').count() + 1 } else { 1 };
            let c_type = head[..start].replace("*const ", "*").trim().to_owned();
            variables.push(Variable { c_type, elements });
            known.push(name);
            out.push_str("const ");
        } else {
            out.push_str(STATIC);
        }
        out.push_str(&declaration[..end]);
        rest = &declaration[end..];
    }
    (out + rest, variables)
}

/// Identifiers and numbers of C text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_holds_an_address_of_a_pool_is_not_static() {
        let body = "    static const t a = {\n        .w = (const int8_t *)x_weights, .n = 3,\n    };\n    \
                    static const t *const list[] = {\n        &a, &c,\n    };\n    static const int32_t b[] = {1};\n    f(list);\n";
        let (text, variables) = without_static(body, &["x_weights"]);
        assert_eq!(text, body.replacen("static const t ", "const t ", 2));
        let variable = |c_type: &str, elements| Variable { c_type: c_type.into(), elements };
        assert_eq!(variables, [variable("t", 1), variable("t *", 3)]);
        assert_eq!(without_static(body, &["x_weight"]), (body.to_owned(), Vec::new()));
    }

    #[test]
    fn arrays_are_found_by_whole_names() {
        let mut pools = ConstantPools::default();
        assert_eq!(named(&pools, "f(a)"), []);
        pools.push("p".into(), 8, 16, vec![("a".into(), 0), ("b".into(), 4)]);
        let [a, b] = [0, 4].map(|offset| Stored { pool: 0, offset });
        assert_eq!(named(&pools, "f(b, ab, a, b)"), [("b", b), ("a", a)]);
        assert_eq!((pools.find("b"), pools.find("c")), (Some(b), None));
    }
}
