use crate::error::{Error, Result};
use crate::model::Id;

/// How deep definitions may nest: real ones stay below ten.
const DEPTH: usize = 32;

/// The longest text read: PROJ's own longest definitions have some 10 kB.
const LENGTH: usize = 1 << 20;

/// One node of well-known text: `KEYWORD["text",1,word,NODE[…]]`.
#[derive(Debug)]
pub(super) struct Node {
    /// Upper case.
    pub(super) keyword: String,
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    Node(Node),
    Text(String),
    /// A number or a bare word.
    Word(String),
}

impl Node {
    /// The definition, and the vertical one that ESRI writes after it.
    pub(super) fn parse(text: &str) -> Result<(Self, Option<Self>)> {
        if text.len() > LENGTH {
            return Err(Error::malformed("well-known text of more than a mebibyte"));
        }
        let mut scanner = Scanner { rest: text.trim_start_matches('\u{feff}') };
        let keyword = scanner.word()?;
        let node = scanner.node(keyword, 0)?;
        scanner.skip_space();
        let second = match scanner.take(&[',']) {
            true => {
                let keyword = scanner.word()?;
                Some(scanner.node(keyword, 0)?)
            }
            false => None,
        };
        // A closing bar or NUL, as GeoTIFF's text keys have it, does no harm.
        match scanner.rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '\0')) {
            "" => Ok((node, second)),
            rest => Err(Error::malformed(format!("text after the definition: {rest:.20?}"))),
        }
    }

    pub(super) fn is(&self, keywords: &[&str]) -> bool {
        keywords.contains(&self.keyword.as_str())
    }

    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.items.iter().filter_map(|item| match item {
            Item::Node(node) => Some(node),
            _ => None,
        })
    }

    pub(super) fn all<'a>(&'a self, keywords: &'a [&'a str]) -> impl Iterator<Item = &'a Self> {
        self.children().filter(move |node| node.is(keywords))
    }

    pub(super) fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.children().find(|node| node.is(keywords))
    }

    pub(super) fn require(&self, keywords: &[&str]) -> Result<&Self> {
        self.child(keywords).ok_or_else(|| {
            Error::malformed(format!(
                "{} has no {}",
                self.keyword,
                keywords.first().copied().unwrap_or("child")
            ))
        })
    }

    /// The first item as text: the name.
    pub(super) fn name(&self) -> &str {
        self.text(0).unwrap_or("unnamed")
    }

    /// The text or word at a place among the items.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        match self.items.get(index)? {
            Item::Text(text) | Item::Word(text) => Some(text),
            Item::Node(_) => None,
        }
    }

    pub(super) fn number(&self, index: usize) -> Result<f64> {
        self.optional_number(index)
            .ok_or_else(|| Error::malformed(format!("{} has no number in place {}", self.keyword, index + 1)))
    }

    pub(super) fn optional_number(&self, index: usize) -> Option<f64> {
        self.text(index)?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    pub(super) fn numbers(&self) -> Vec<f64> {
        (0..self.items.len()).filter_map(|i| self.optional_number(i)).collect()
    }

    /// `ID["EPSG",4326]` or `AUTHORITY["EPSG","4326"]`.
    pub(super) fn id(&self) -> Option<Id> {
        let node = self.child(&["ID", "AUTHORITY"])?;
        Some(Id { authority: node.text(0)?.to_owned(), code: node.text(1)?.to_owned() })
    }
}

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn word(&mut self) -> Result<&'a str> {
        self.skip_space();
        let end =
            self.rest.find(|c: char| matches!(c, '[' | '(' | ']' | ')' | ',' | '"') || c.is_whitespace());
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if word.is_empty() {
            return Err(Error::malformed("a word is missing in well-known text"));
        }
        self.rest = rest;
        Ok(word)
    }

    fn node(&mut self, keyword: &str, depth: usize) -> Result<Node> {
        if depth > DEPTH {
            return Err(Error::malformed("well-known text nests too deeply"));
        }
        self.skip_space();
        if !self.take(&['[', '(']) {
            return Err(Error::malformed(format!("no bracket after {keyword:.40?}")));
        }
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.take(&[']', ')']) {
                break;
            }
            items.push(self.item(depth)?);
            self.skip_space();
            if !self.take(&[',']) && !self.rest.starts_with([']', ')']) {
                return Err(Error::malformed(format!("{keyword} is not closed")));
            }
        }
        Ok(Node { keyword: keyword.to_ascii_uppercase(), items })
    }

    fn take(&mut self, wanted: &[char]) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn item(&mut self, depth: usize) -> Result<Item> {
        if self.take(&['"']) {
            return self.quoted().map(Item::Text);
        }
        let word = self.word()?;
        self.skip_space();
        if self.rest.starts_with(['[', '(']) {
            return self.node(word, depth + 1).map(Item::Node);
        }
        Ok(Item::Word(word.to_owned()))
    }

    /// After the opening quote; a doubled quote stands for one.
    fn quoted(&mut self) -> Result<String> {
        let mut text = String::new();
        loop {
            let (part, rest) = self
                .rest
                .split_once('"')
                .ok_or_else(|| Error::malformed("a quote is not closed in well-known text"))?;
            text.push_str(part);
            self.rest = rest;
            if !self.take(&['"']) {
                return Ok(text);
            }
            text.push('"');
        }
    }
}
