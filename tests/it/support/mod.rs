//! What tests share: a sandbox around the real program, real git, and how much to run.

pub(crate) mod advisories;
pub(crate) mod answering;
pub(crate) mod archives;
pub(crate) mod backends;
pub(crate) mod corpora;
pub(crate) mod damage;
pub(crate) mod decisions;
pub(crate) mod depth;
pub(crate) mod descriptions;
pub(crate) mod devpi;
pub(crate) mod faults;
pub(crate) mod forges;
pub(crate) mod issuer;
pub(crate) mod json_schema;
pub(crate) mod listening;
pub(crate) mod native;
#[cfg(not(offline))]
pub(crate) mod openapi;
pub(crate) mod pages;
pub(crate) mod parity;
pub(crate) mod projects;
pub(crate) mod pypiserver;
pub(crate) mod random;
pub(crate) mod releasing;
pub(crate) mod sandbox;
pub(crate) mod secrets;
pub(crate) mod served;
pub(crate) mod server;
pub(crate) mod shapes;
pub(crate) mod stand_ins;
pub(crate) mod statuses;
pub(crate) mod terminal;
pub(crate) mod tokens;
pub(crate) mod tools;
pub(crate) mod trees;
pub(crate) mod web;
pub(crate) mod workflows;

pub(crate) use sandbox::Sandbox;
pub(crate) use served::Served;
pub(crate) use terminal::on_a_terminal;
