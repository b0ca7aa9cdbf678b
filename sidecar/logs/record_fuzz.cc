// Whatever bytes arrive: a record or an error, the record encodes to the same bytes' meaning, its line is valid JSON,
// and a spill file accounts for each of its bytes.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sidecar/logs/json_line.h"
#include "sidecar/logs/preload/wire.h"
#include "sidecar/logs/record.h"
#include "sidecar/logs/spill.h"
#include "sidecar/logs/watch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace murder::logs;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};

  const auto check = [](const LogRecord& record) {
    std::string line;
    append_json_line(record, {.node = "", .role = "backend"}, line);
    if (!nlohmann::json::accept(line) || line.find('\n') != line.size() - 1) std::abort();
    static_cast<void>(match_event(record));
  };

  const auto round_trip = [&](std::string_view datagram) {
    const auto record = decode_record(datagram);
    if (!record) return;
    check(*record);
    const auto again = decode_record(encode_record(*record));
    if (!again || *again != *record) std::abort();
  };
  round_trip(bytes);
  // With magic and size as they must be, which chance seldom finds.
  if (size >= MURDER_LOG_HEADER) {
    std::string framed{bytes};
    framed.replace(0, 4, MURDER_LOG_MAGIC, 4);
    for (int i = 0; i < 4; ++i) framed[MURDER_LOG_AT_SIZE + i] = static_cast<char>(size >> (8 * i));
    round_trip(framed);
  }
  // The same as a text, so that the rules for texts get their share without a valid header.
  LogRecord text;
  text.program = size % 2 == 0 ? "master" : "mupdate";
  text.text = bytes;
  check(text);

  SpillReport report;
  std::uint64_t record_bytes = 0;
  const auto each = [&](const LogRecord& record) { record_bytes += encode_record(record).size(); };
  const auto done = parse_spill(bytes, true, each, report);
  if (done != size || record_bytes + report.damaged_bytes != size) std::abort();
  return 0;
}
