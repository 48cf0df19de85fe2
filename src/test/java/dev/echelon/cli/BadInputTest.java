package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What no upstream should see: each is refused in OpenAI's shape, and the connection goes on where HTTP allows it. */
class BadInputTest {

    private static final String CHAT = "/v1/chat/completions";

    private static FakeProvider provider;
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.ofOneModel(configs, provider);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                bad("empty body", 400, ""),
                bad("blank body", 400, " \n "),
                bad("broken JSON", 400, "{\"model\":\"g\",\"messages\":[{\"role\""),
                bad("no JSON at all", 400, "hello"),
                bad("an array", 400, "[]"),
                bad("a second value", 400, ApiClient.body("g") + "{}"),
                bad(
                        "the same key twice",
                        400,
                        "{\"model\":\"g\"," + ApiClient.body("g").substring(1)),
                bad("no messages", 400, "{\"model\":\"g\"}"),
                bad("empty messages", 400, "{\"model\":\"g\",\"messages\":[]}"),
                bad("messages of text", 400, "{\"model\":\"g\",\"messages\":\"hello\"}"),
                bad("a message of text", 400, "{\"model\":\"g\",\"messages\":[\"hello\"]}"),
                bad("null message", 400, "{\"model\":\"g\",\"messages\":[null]}"),
                bad("unknown role", 400, "{\"model\":\"g\",\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}"),
                bad("content of a number", 400, "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":1}]}"),
                bad("no model", 400, "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                bad("model of a number", 400, "{\"model\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                bad("temperature of text", 400, ApiClient.body("g", ",\"temperature\":\"hot\"")),
                bad("temperature too high", 400, ApiClient.body("g", ",\"temperature\":2.1")),
                bad("temperature beyond any number", 400, ApiClient.body("g", ",\"temperature\":1e999")),
                bad("negative max_tokens", 400, ApiClient.body("g", ",\"max_tokens\":-1")),
                bad("huge max_tokens", 400, ApiClient.body("g", ",\"max_tokens\":99999999999")),
                bad("stream of text", 400, ApiClient.body("g", ",\"stream\":\"yes\"")),
                bad("stream_options of text", 400, ApiClient.body("g", ",\"stream_options\":\"x\"")),
                bad("tools of text", 400, ApiClient.body("g", ",\"tools\":\"x\"")),
                bad("tools of numbers", 400, ApiClient.body("g", ",\"tools\":[1]")),
                bad("metadata of text", 400, ApiClient.body("g", ",\"metadata\":\"p\"")),
                bad("poolName of a number", 400, ApiClient.body("g", ",\"metadata\":{\"poolName\":7}")),
                bad("two targets", 400, ApiClient.body("g", ",\"metadata\":{\"poolName\":\"a\",\"groupName\":\"b\"}")),
                bad("1000 levels", 400, ApiClient.body("g", ",\"x\":" + "[".repeat(1000) + "]".repeat(1000))),
                bad("100000 open levels", 400, "{\"a\":".repeat(100_000)),
                bad("a number of 5000 digits", 400, ApiClient.body("g", ",\"seed\":" + "9".repeat(5000))),
                bad("unknown target", 404, ApiClient.body("nobody")),
                bad("gzip", 415, ApiClient.body("g"), "Content-Encoding: gzip"),
                bad("multipart", 415, ApiClient.body("g"), "Content-Type: multipart/form-data; boundary=x"),
                bad("a time limit of text", 400, ApiClient.body("g"), "x-request-timeout-ms: soon"),
                bad("no time at all", 400, ApiClient.body("g"), "x-request-timeout-ms: 0"),
                bad("a target too long", 400, ApiClient.body("g"), "x-llm-target: " + "x".repeat(600)),
                Arguments.of("invalid UTF-8", 400, RawHttp.post(CHAT, notUtf8())),
                Arguments.of(
                        "UTF-16", 400, RawHttp.post(CHAT, ApiClient.body("g").getBytes(StandardCharsets.UTF_16))),
                Arguments.of("wrong method", 405, request("GET " + CHAT)),
                Arguments.of("wrong method for models", 405, RawHttp.post("/v1/models", "{}")),
                Arguments.of("DELETE", 405, request("DELETE " + CHAT)),
                Arguments.of("unknown path", 404, RawHttp.post("/v1/completions", ApiClient.body("g"))),
                Arguments.of("unknown path below", 404, RawHttp.post(CHAT + "/x", ApiClient.body("g"))),
                Arguments.of("root", 404, request("GET /")),
                Arguments.of("proxy path", 404, request("GET /proxyX")),
                Arguments.of("asterisk", 404, request("OPTIONS *")),
                Arguments.of("CONNECT", 404, request("CONNECT evil.example:443")),
                Arguments.of("broken escape in an id", 400, request("GET /v1/models/%zz")),
                Arguments.of("unknown model id", 404, request("GET /v1/models/nobody")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badRequests")
    void isRefusedAndTheConnectionGoesOn(String name, int status, byte[] request) throws Exception {
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            Answer answer = connection.send(request).answer();

            assertRefusal(answer, status);
            assertThat(answer.saysClose()).isFalse();
            assertThat(provider.count()).isZero();
            assertThat(connection
                            .send(RawHttp.post(CHAT, ApiClient.body("g")))
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void garbageIsRefusedAndTheConnectionClosed() throws Exception {
        for (String garbage : new String[] {
            "\u0001\u0002\u0003\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nhello",
            "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nBad Header: y\r\nContent-Length: 0\r\n\r\n",
            "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nBig: " + "x".repeat(20_000) + "\r\n\r\n"
        }) {
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                String answer = connection.send(garbage).everything();

                assertThat(answer).as(garbage).doesNotContain(" 200 ").doesNotContain("HTTP/1.1 5");
                assertNothingInside(answer);
                assertThat(connection.closedByServer()).as(garbage).isTrue();
            }
        }
        assertThat(provider.count()).isZero();
    }

    private static Arguments bad(String name, int status, String body, String... headers) {
        return Arguments.of(name, status, RawHttp.post(CHAT, body, headers));
    }

    private static byte[] request(String methodAndPath) {
        return (methodAndPath + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] notUtf8() {
        byte[] body = ApiClient.body("g").getBytes(StandardCharsets.UTF_8);
        body[body.length - 5] = (byte) 0xff;
        return body;
    }

    static void assertRefusal(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("x-request-id")).isNotNull();
        JsonNode error = ApiClient.json(answer.body()).path("error");
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("code").asText()).isNotEmpty();
        assertThat(error.has("param")).isTrue();
        assertNothingInside(answer.body());
    }

    /** No class, no stack, no library. */
    private static void assertNothingInside(String text) {
        assertThat(text)
                .doesNotContain(
                        "Exception", "\tat ", "dev.echelon", "io.vertx", "io.netty", "camel", "jackson", "null,n");
    }
}
