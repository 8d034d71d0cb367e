//! ONNX Runtime's own operators that are two or three of the standard's in one: read as those.

use super::format::{attribute, proto};
use crate::graph::Attribute;
use prost::Message as _;

/// ONNX Runtime's domain.
const DOMAIN: &str = "com.microsoft";

/// The standard's nodes that compute what a node does; the node itself where it is no such operator, or takes what they can't.
pub fn spelled_out(node: proto::Node) -> Vec<proto::Node> {
    if node.domain.as_deref() != Some(DOMAIN) {
        return vec![node];
    }
    let spelled = match node.op_type.as_deref() {
        Some("FusedConv") => fused_conv(&node),
        Some("QuickGelu") => quick_gelu(&node),
        _ => None,
    };
    spelled.unwrap_or_else(|| vec![node])
}

/// A convolution, the sum with its fourth input, and an activation.
fn fused_conv(node: &proto::Node) -> Option<Vec<proto::Node>> {
    let output = node.outputs.first()?;
    let mut conv = node.clone();
    conv.op_type = Some("Conv".into());
    conv.domain = None;
    conv.inputs.truncate(3);
    conv.attributes.clear();
    let (mut activation, mut parameters) = (String::new(), Vec::new());
    for bytes in &node.attributes {
        let attribute = proto::Attribute::decode(bytes.clone()).ok()?;
        match attribute.name.as_deref() {
            Some("activation") => activation = String::from_utf8(attribute.s?.to_vec()).ok()?,
            Some("activation_params") => parameters = attribute.floats,
            _ => conv.attributes.push(bytes.clone()),
        }
    }
    let names: &[&str] = match (activation.as_str(), parameters.len()) {
        ("" | "Relu" | "Sigmoid" | "Tanh", 0) => &[],
        ("LeakyRelu", 1) => &["alpha"],
        ("HardSigmoid", 2) => &["alpha", "beta"],
        _ => return None,
    };
    let mut nodes = vec![conv];
    if let Some(summand) = node.inputs.get(3).filter(|name| !name.is_empty()) {
        nodes.push(step("Add", &["", summand], node));
    }
    if !activation.is_empty() {
        let mut last = step(&activation, &[""], node);
        let given = names.iter().zip(parameters);
        last.attributes = given
            .map(|(name, number)| attribute::encode(name, &Attribute::Float(number)))
            .collect();
        nodes.push(last);
    }
    // Each but the last hands its output to the next.
    let steps = nodes.len();
    for (at, step) in nodes.iter_mut().enumerate() {
        if at > 0 {
            step.inputs[0] = format!("{output}.step{at}");
        }
        step.outputs = vec![match at + 1 < steps {
            true => format!("{output}.step{}", at + 1),
            false => output.clone(),
        }];
    }
    Some(nodes)
}

/// `x · sigmoid(alpha · x)`, written with a hard-coded factor.
fn quick_gelu(node: &proto::Node) -> Option<Vec<proto::Node>> {
    let (input, output) = (node.inputs.first()?, node.outputs.first()?);
    let mut alpha = 1.702;
    for bytes in &node.attributes {
        let attribute = proto::Attribute::decode(bytes.clone()).ok()?;
        if attribute.name.as_deref() == Some("alpha") {
            alpha = attribute.f?;
        }
    }
    let inner = |what: &str| format!("{output}.{what}");
    let mut factor = step("Constant", &[], node);
    factor.attributes = vec![attribute::encode("value_float", &Attribute::Float(alpha))];
    factor.outputs = vec![inner("alpha")];
    let mut scaled = step("Mul", &[input, &inner("alpha")], node);
    scaled.outputs = vec![inner("scaled")];
    let mut gate = step("Sigmoid", &[&inner("scaled")], node);
    gate.outputs = vec![inner("gate")];
    let mut product = step("Mul", &[input, &inner("gate")], node);
    product.outputs = vec![output.clone()];
    Some(vec![factor, scaled, gate, product])
}

/// A node of the standard that stands where another stood.
fn step(operator: &str, inputs: &[&str], of: &proto::Node) -> proto::Node {
    proto::Node {
        inputs: inputs.iter().map(|name| (*name).to_string()).collect(),
        outputs: Vec::new(),
        name: of.name.as_ref().map(|name| format!("{name}.{operator}")),
        op_type: Some(operator.into()),
        attributes: Vec::new(),
        domain: None,
    }
}
