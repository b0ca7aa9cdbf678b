// The agent stands beside every Cyrus, so what it takes counts as often as there are nodes.
#pragma once

namespace murder::agent {

// Before any thread: one heap for all threads instead of one for each, as none allocates much.
void use_one_heap();

// After the start, and after a question over gRPC: gives back what only that needed. It is free memory of the heap, and
// the pages of code that ran once (static initialisers of gRPC, protobuf and OpenSSL are most of it). Code that is
// needed again is mapped again from the page cache, at the cost of a minor fault.
void give_back_memory();

}  // namespace murder::agent
