//! A small XML reader for what GDAL writes: elements, attributes, text.
//!
//! No entity is expanded but the five of XML and character references; document types are skipped. Depth and
//! number of nodes are bounded.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Deeper nesting than this is refused; GDAL's documents have four levels.
const MAX_DEPTH: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Element<'a> {
    pub(crate) name: &'a str,
    pub(crate) attributes: Vec<(&'a str, Cow<'a, str>)>,
    pub(crate) children: Vec<Node<'a>>,
    /// The element as it stands in the document.
    pub(crate) source: &'a str,
}

#[derive(Debug)]
pub(crate) enum Node<'a> {
    Element(Element<'a>),
    Text(Cow<'a, str>),
}

impl<'a> Element<'a> {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.elements().find(|element| element.is(name))
    }

    /// The text, where the element holds nothing else.
    pub(crate) fn text(&self) -> Option<&str> {
        match self.children.as_slice() {
            [Node::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text of a child.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name)?.text()
    }
}

/// The first element of a document; `None` where it is damaged or over the bounds.
pub(crate) fn parse(document: &str, max_nodes: usize) -> Option<Element<'_>> {
    let mut parser = Parser { document, rest: document, nodes: max_nodes };
    let mut stack: Vec<(Element<'_>, usize)> = Vec::new();
    loop {
        match parser.next()? {
            Token::Start { element, at, empty } if empty => {
                let element = Element { source: parser.since(at), ..element };
                match stack.last_mut() {
                    Some((parent, _)) => parent.children.push(Node::Element(element)),
                    None => return Some(element),
                }
            }
            Token::Start { element, at, .. } => {
                if stack.len() >= MAX_DEPTH {
                    return None;
                }
                stack.push((element, at));
            }
            Token::End(name) => {
                let (element, at) = stack.pop()?;
                if !element.is(name) {
                    return None;
                }
                let element = Element { source: parser.since(at), ..element };
                match stack.last_mut() {
                    Some((parent, _)) => parent.children.push(Node::Element(element)),
                    None => return Some(element),
                }
            }
            Token::Text(text) => {
                if let Some((parent, _)) = stack.last_mut() {
                    parent.children.push(Node::Text(text));
                }
            }
        }
    }
}

enum Token<'a> {
    Start { element: Element<'a>, at: usize, empty: bool },
    End(&'a str),
    Text(Cow<'a, str>),
}

struct Parser<'a> {
    document: &'a str,
    rest: &'a str,
    nodes: usize,
}

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace()
}

impl<'a> Parser<'a> {
    fn position(&self) -> usize {
        self.document.len().saturating_sub(self.rest.len())
    }

    /// The document from `at` to here.
    fn since(&self, at: usize) -> &'a str {
        self.document.get(at..self.position()).unwrap_or_default()
    }

    fn skip_past(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c: char| is_space(c) || matches!(c, '=' | '>' | '/' | '<' | '"' | '\''))?;
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            // As GDAL's parser, which drops white space before text.
            self.skip_space();
            self.nodes = self.nodes.checked_sub(1)?;
            let at = self.position();
            if self.eat("<![CDATA[") {
                return self.skip_past("]]>").map(|text| Token::Text(Cow::Borrowed(text)));
            } else if self.eat("<!--") {
                self.skip_past("-->")?;
            } else if self.eat("<?") {
                self.skip_past("?>")?;
            } else if self.eat("<!") {
                self.skip_document_type()?;
            } else if self.eat("</") {
                let name = self.name()?;
                self.skip_space();
                return self.eat(">").then_some(Token::End(name));
            } else if self.eat("<") {
                return self.start(at);
            } else {
                let end = self.rest.find('<')?;
                let (text, rest) = self.rest.split_at_checked(end)?;
                self.rest = rest;
                return Some(Token::Text(unescape(text)));
            }
        }
    }

    fn skip_document_type(&mut self) -> Option<()> {
        let end = self.rest.find(['>', '['])?;
        if self.rest.get(end..)?.starts_with('[') {
            self.skip_past("]")?;
        }
        self.skip_past(">").map(|_| ())
    }

    fn start(&mut self, at: usize) -> Option<Token<'a>> {
        let mut element = Element { name: self.name()?, ..Element::default() };
        loop {
            self.skip_space();
            if self.eat("/>") {
                return Some(Token::Start { element, at, empty: true });
            }
            if self.eat(">") {
                return Some(Token::Start { element, at, empty: false });
            }
            self.nodes = self.nodes.checked_sub(1)?;
            let key = self.name()?;
            self.skip_space();
            if !self.eat("=") {
                return None;
            }
            self.skip_space();
            let quote = if self.eat("\"") {
                "\""
            } else if self.eat("'") {
                "'"
            } else {
                return None;
            };
            let value = self.skip_past(quote)?;
            element.attributes.push((key, unescape(value)));
        }
    }
}

/// Replaces the five entities of XML and character references; others stay as they are.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let replaced = after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after)));
        match replaced {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_nested_elements_and_their_source() {
        let doc =
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a b='1 &lt; 2'> t&amp;&x; <c/><d>e</d></a>";
        let a = parse(doc, 100).unwrap();
        assert_eq!(a.attribute("B"), Some("1 < 2"));
        assert!(matches!(&a.children[0], Node::Text(t) if t == "t&&x; "));
        assert_eq!(a.child_text("d"), Some("e"));
        assert_eq!(a.child("d").unwrap().source, "<d>e</d>");
        assert_eq!(a.child("c").unwrap().source, "<c/>");
    }

    #[test]
    fn refuses_damage_and_depth() {
        for doc in ["", "<a", "<a>", "<a></b>", "<a b></a>", "<a>&", "<!DOCTYPE a [", "<a b='", "</a>"] {
            assert!(parse(doc, 100).is_none(), "{doc}");
        }
        assert!(parse(&"<a>".repeat(1000), 10_000).is_none());
        assert!(parse("<a><b/><b/><b/></a>", 3).is_none());
    }

    #[test]
    fn character_references() {
        assert_eq!(unescape("&#65;&#x42;&#xD800;&;&#;"), "AB&#xD800;&;&#;");
    }
}
