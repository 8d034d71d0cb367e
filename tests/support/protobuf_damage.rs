//! Damage that leaves a protobuf file's framing intact, so that it reaches the code after the decoder.

use super::random::Random;

/// The numbers that cause most trouble, as a varint field might hold them.
const NUMBERS: [u64; 12] = [
    0,
    1,
    2,
    3,
    7,
    63,
    64,
    1 << 16,
    i32::MAX as u64,
    u32::MAX as u64,
    i64::MAX as u64,
    // −1 and −2, in two's complement.
    u64::MAX,
];

/// One field: its key, and its content.
#[derive(Clone)]
struct Field {
    key: u64,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Number(u64),
    Fixed(Vec<u8>),
    Bytes(Vec<u8>),
}

/// Changes one field somewhere in a message, or in one nested in it. Bytes that are not a message stay as they are.
pub fn damage(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let Some(mut fields) = parse(bytes).filter(|fields| !fields.is_empty()) else {
        return bytes.to_vec();
    };
    let at = random.below(fields.len());
    let nested = match &fields[at].content {
        Content::Bytes(inner) => parse(inner).is_some_and(|inner| !inner.is_empty()),
        _ => false,
    };
    match random.below(16) {
        0 => {
            fields.remove(at);
        }
        1 => fields.insert(at, fields[at].clone()),
        2 => {
            let other = random.below(fields.len());
            fields.swap(at, other);
        }
        // The content of one field in place of another's.
        3 => {
            let other = random.below(fields.len());
            fields[at].content = fields[other].content.clone();
            fields[at].key = fields[at].key & !7 | fields[other].key & 7;
        }
        _ => match &mut fields[at].content {
            Content::Number(number) => *number = NUMBERS[random.below(NUMBERS.len())],
            Content::Bytes(inner) if nested => *inner = damage(inner, random),
            Content::Bytes(inner) | Content::Fixed(inner) if !inner.is_empty() => {
                let place = random.below(inner.len());
                inner[place] = [0, 1, 0x7f, 0x80, 0xff, b'x', b'y', b'0'][random.below(8)];
            }
            _ => {}
        },
    }
    encode(&fields)
}

fn parse(mut bytes: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let mut take = |n: usize| {
            let (head, rest) = bytes.split_at_checked(n)?;
            bytes = rest;
            Some(head.to_vec())
        };
        let content = match key & 7 {
            0 => Content::Number(varint(&mut bytes)?),
            1 => Content::Fixed(take(8)?),
            5 => Content::Fixed(take(4)?),
            2 => {
                let length = varint(&mut bytes)?;
                let (head, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
                bytes = rest;
                Content::Bytes(head.to_vec())
            }
            _ => return None,
        };
        // ONNX has no field beyond these: other bytes only look like a message.
        if !(1..=30).contains(&(key >> 3)) {
            return None;
        }
        fields.push(Field { key, content });
    }
    Some(fields)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

fn encode(fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        put(&mut out, field.key);
        match &field.content {
            Content::Number(number) => put(&mut out, *number),
            Content::Fixed(bytes) => out.extend_from_slice(bytes),
            Content::Bytes(bytes) => {
                put(&mut out, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
        }
    }
    out
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}
