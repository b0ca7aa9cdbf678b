// Whatever Cyrus says of a mailbox ends in its contents or an error, and in the same one however it is cut.
// What two records say was read, their union says, and it says it again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sidecar/move/answer_lines.h"
#include "sidecar/move/contents.h"
#include "sidecar/move/hold.h"
#include "sidecar/move/listing.h"
#include "sidecar/move/rename.h"
#include "sidecar/move/seen_record.h"
#include "sidecar/move/vectors.h"

namespace {

std::string read(std::string_view bytes, std::size_t piece) {
  murder::move::ContentsReader reader("2", murder::move::Mark{3, 5});
  while (!bytes.empty()) {
    const auto done = reader.feed(bytes.substr(0, piece));
    if (!done) return done.error().message;
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  const auto contents = std::move(reader).finish();
  if (!contents) return contents.error().message;
  return contents->digest.text() + contents->flags_digest.text() + contents->kept->digest.text();
}

std::string lines_of(std::string_view bytes, std::size_t piece) {
  murder::move::AnswerLines lines;
  std::string all;
  while (!bytes.empty()) {
    lines.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (const auto line = lines.next()) all += *line + "|";
  }
  return all;
}

void unite(std::string_view one, std::string_view other) {
  const auto both = murder::move::united_uids(one, other);
  if (!both) return;
  const auto again = murder::move::united_uids(*both, one);
  if (!again || *again != *both) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, size + 1);
  for (const std::size_t piece : {1, 2, 7}) {
    if (read(bytes, piece) != whole) std::abort();
    if (lines_of(bytes, piece) != lines_of(bytes, size + 1)) std::abort();
  }
  if (size < 4096) {
    // The fuzzer need not find the whole grammar by itself.
    const auto cut = size % murder::move::full_mailbox.size();
    const auto mixed = std::string(murder::move::full_mailbox.substr(0, cut)) + std::string(bytes) +
                       std::string(murder::move::full_mailbox.substr(cut));
    if (read(mixed, mixed.size()) != read(mixed, 3)) std::abort();
  }
  static_cast<void>(murder::move::parse_seen(bytes));
  unite(bytes.substr(0, size / 2), bytes.substr(size / 2));
  static_cast<void>(murder::move::parse_listing("user.u1", bytes));
  static_cast<void>(murder::move::delimiter_of(bytes));
  static_cast<void>(murder::move::moving_processes(bytes, "murder-agent"));
  static_cast<void>(murder::move::users_we_deny(bytes));
  return 0;
}
