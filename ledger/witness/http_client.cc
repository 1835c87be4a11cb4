// The requests of transport.h, by libcurl: a deadline over the whole of a request, which no
// trickle of bytes puts off, is what it has and a timeout of each read is not.
#include <curl/curl.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/witness/transport.h"

namespace jejak::witness {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

struct EasyEnd {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlEnd {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Easy = std::unique_ptr<CURL, EasyEnd>;
using List = std::unique_ptr<curl_slist, ListEnd>;

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool IsHttpUrl(const std::string& text) {
  // Of what names no scheme the library would guess one.
  if (!text.starts_with("http://") && !text.starts_with("https://")) return false;
  const std::unique_ptr<CURLU, UrlEnd> url(curl_url());
  if (!url) throw std::bad_alloc();
  return curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
}

// What a request has received, for the library's callbacks.
struct Receiving {
  const TransportBounds& bounds;
  const std::function<bool()>& given_up;
  size_t head_bytes = 0;
  std::string body = {};
  const char* why = nullptr;  // it was ended from this side

  // Each line of a head, or of what follows a body in chunks.
  static size_t Head(char*, size_t size, size_t count, void* self) {
    auto& out = *static_cast<Receiving*>(self);
    out.head_bytes += size * count;
    if (out.head_bytes <= out.bounds.head_bytes) return size * count;
    out.why = "the head of its answer is too long";
    return 0;
  }
  static size_t Body(char* data, size_t size, size_t count, void* self) {
    auto& out = *static_cast<Receiving*>(self);
    if (size * count <= out.bounds.body_bytes - out.body.size()) {
      out.body.append(data, size * count);
      return size * count;
    }
    out.why = "its answer is too long";
    return 0;
  }
  // About once a second, and whenever something arrives.
  static int Progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& out = *static_cast<Receiving*>(self);
    if (!out.given_up || !out.given_up()) return 0;
    out.why = "given up";
    return 1;
  }
};

class HttpTransport final : public Transport {
 public:
  HttpTransport(std::function<bool()> given_up, TransportBounds bounds)
      : given_up_(std::move(given_up)), bounds_(bounds) {
    // Once for the process; it counts how often it was called.
    JEJAK_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  }
  ~HttpTransport() override { curl_global_cleanup(); }
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  Result<HttpAnswer> Get(const std::string& url, const std::string& path,
                         Deadline until) override {
    return Ask(url, path, nullptr, until);
  }
  Result<HttpAnswer> Post(const std::string& url, const std::string& path, const std::string& body,
                          Deadline until) override {
    return Ask(url, path, &body, until);
  }

 private:
  Result<HttpAnswer> Ask(const std::string& url, const std::string& path, const std::string* body,
                         Deadline until) const {
    if (!IsHttpUrl(url))
      return Status(Reason::kInvalidArgument, url + " is not an http or https URL");
    const auto left = duration_cast<milliseconds>(until - Deadline::clock::now());
    // To the library 0 is no deadline.
    if (left.count() <= 0) return Status(Reason::kUnavailable, url + ": its time is up");
    std::string whole = url;
    while (whole.ends_with('/')) whole.pop_back();
    whole += "/" + path;
    const Easy easy(curl_easy_init());
    if (!easy) throw std::bad_alloc();
    Receiving receiving{bounds_, given_up_};
    Set(easy.get(), CURLOPT_URL, whole.c_str());
    Bound(easy.get(), left, &receiving);
    Secure(easy.get());
    // No Expect: a witness answers it or not, and the request is short.
    const List fields(curl_slist_append(
        curl_slist_append(nullptr, "Content-Type: text/plain; charset=utf-8"), "Expect:"));
    if (body != nullptr) {
      Set(easy.get(), CURLOPT_HTTPHEADER, fields.get());
      Set(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
      Set(easy.get(), CURLOPT_POSTFIELDS, body->data());
    }
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) {
      return Status(Reason::kUnavailable,
                    url + ": " + (receiving.why != nullptr ? receiving.why
                                                           : curl_easy_strerror(code)));
    }
    HttpAnswer out;
    long status = 0;
    const char* type = nullptr;
    JEJAK_CHECK(curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
    JEJAK_CHECK(curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type) == CURLE_OK);
    out.status = static_cast<int>(status);
    if (type != nullptr) out.type = type;
    out.body = std::move(receiving.body);
    return out;
  }

  // An option that the library doesn't know, or has no memory for, must not go unset.
  template <typename Value>
  static void Set(CURL* easy, CURLoption option, Value value) {
    JEJAK_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
  }

  void Bound(CURL* easy, milliseconds left, Receiving* receiving) const {
    Set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    Set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(bounds_.connect.count()));
    Set(easy, CURLOPT_HEADERFUNCTION, &Receiving::Head);
    Set(easy, CURLOPT_HEADERDATA, receiving);
    Set(easy, CURLOPT_WRITEFUNCTION, &Receiving::Body);
    Set(easy, CURLOPT_WRITEDATA, receiving);
    Set(easy, CURLOPT_XFERINFOFUNCTION, &Receiving::Progress);
    Set(easy, CURLOPT_XFERINFODATA, receiving);
    Set(easy, CURLOPT_NOPROGRESS, 0L);
    Set(easy, CURLOPT_NOSIGNAL, 1L);
    // Not to wait for a name's look-up that was given up: it ends by itself.
    Set(easy, CURLOPT_QUICK_EXIT, 1L);
  }

  // The library's defaults, but for the first four and the certificates, are said again here
  // because something rests on them.
  void Secure(CURL* easy) const {
    Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    Set(easy, CURLOPT_PROXY, "");  // nor one of the environment
    Set(easy, CURLOPT_FRESH_CONNECT, 1L);
    Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    Set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    Set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!authorities_file_.empty()) Set(easy, CURLOPT_CAINFO, authorities_file_.c_str());
    if (!authorities_folder_.empty()) Set(easy, CURLOPT_CAPATH, authorities_folder_.c_str());
  }

  const std::function<bool()> given_up_;
  const TransportBounds bounds_;
  const std::string authorities_file_ = Environment("SSL_CERT_FILE");
  const std::string authorities_folder_ = Environment("SSL_CERT_DIR");
};

}  // namespace

std::unique_ptr<Transport> MakeHttpTransport(std::function<bool()> given_up,
                                             TransportBounds bounds) {
  return std::make_unique<HttpTransport>(std::move(given_up), bounds);
}

}  // namespace jejak::witness
