package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import dev.echelon.testing.Seen;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing that a caller writes reaches an upstream but the request itself, and nothing of it comes back. Some of the
 * probes are ones that Camel 4.18.0 fails as it is shipped; those of its Netty are in {@link RequestFramingTest}.
 */
class EdgeRecipeTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String EVIL = "evil-canary";

    private static FakeProvider provider;
    private static FakeProvider elsewhere;
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        elsewhere = FakeProvider.start();
        gateway = TestGateway.bothDialects(configs, provider.baseUrl(), "up:m", "claude:m", "up:limited")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
        elsewhere.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
        elsewhere.reset();
    }

    @Test
    void targetOfAnotherHostIsNotFollowed() throws Exception {
        for (String host : List.of("evil.example", "127.0.0.1:" + elsewhere.port(), "127.0.0.1@evil.example")) {
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                Answer answer = connection
                        .send(RawHttp.post("http://" + host + CHAT, ApiClient.body("up:m")))
                        .answer();

                assertThat(answer.status()).as(host).isEqualTo(400);
            }
        }
        assertThat(provider.count()).isZero();
        assertThat(elsewhere.count()).isZero();
    }

    @Test
    void hostHeaderOfAnotherHostChangesNothing() throws Exception {
        String host = "127.0.0.1:" + elsewhere.port();
        String body = ApiClient.body("up:m");
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            Answer answer = connection
                    .send("POST http://" + host + CHAT + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body)
                    .answer();

            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(elsewhere.count()).isZero();
        assertThat(provider.last().uri()).isEqualTo("/v1/chat/completions");
        assertThat(provider.last().header("host")).isEqualTo("127.0.0.1:" + provider.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"up:m", "claude:m"})
    void headersAndQueryOfTheCallerStayOutside(String model) throws Exception {
        String[] names = {
            "CamelHttpUri",
            "CAMELHTTPURI",
            "CamelRestHttpUri",
            "CamelHttpPath",
            "CamelLlmTarget",
            "CamelLlmTimeoutMs",
            "kafka.OVERRIDE_TOPIC",
            "authorization",
            "Authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "cookie",
            "openai-organization",
            "anthropic-beta",
            "user-agent",
            "x-forwarded-for",
            "x-custom"
        };
        StringBuilder query = new StringBuilder("?x=1");
        String[] headers = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            query.append('&').append(names[i]).append('=').append(EVIL);
            headers[i] = names[i] + ": " + EVIL;
        }
        for (int status : new int[] {200, 500}) {
            if (status == 500) {
                provider.script(Behaviour.status(500));
            }
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                Answer answer = connection
                        .send(RawHttp.post(CHAT + query, ApiClient.body(model), headers))
                        .answer();

                assertThat(answer.status()).as(answer.body()).isEqualTo(status == 500 ? 502 : 200);
                assertSilent(answer);
            }
            assertUntouched(provider.last(), model);
        }
    }

    private static void assertSilent(Answer answer) {
        String all = String.join("\n", answer.headerLines()) + answer.body();
        assertThat(all).doesNotContain(EVIL, "key-of-up", "key-of-claude", provider.baseUrl());
        assertThat(all.toLowerCase(Locale.ROOT))
                .doesNotContain("camel", "authorization", "api-key", "kafka", "anthropic-version", "127.0.0.1");
    }

    private static void assertUntouched(Seen seen, String model) {
        assertThat(seen.uri()).doesNotContain("?");
        assertThat(seen.bodyText()).doesNotContain(EVIL);
        for (String name : seen.headerNames()) {
            assertThat(seen.header(name)).as(name).doesNotContain(EVIL);
        }
        boolean anthropic = model.startsWith("claude");
        assertThat(seen.header("authorization")).isEqualTo(anthropic ? null : "Bearer key-of-up");
        assertThat(seen.header("x-api-key")).isEqualTo(anthropic ? "key-of-claude" : null);
        assertThat(seen.headerNames()).allSatisfy(name -> assertThat(name.toLowerCase(Locale.ROOT))
                .isIn(
                        "accept",
                        "accept-encoding",
                        "anthropic-version",
                        "authorization",
                        "connection",
                        "content-length",
                        "content-type",
                        "host",
                        "user-agent",
                        "x-api-key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"up:m", "claude:m"})
    void fieldsThatChooseTheUpstreamAreDropped(String model) throws Exception {
        String url = elsewhere.baseUrl() + "/" + EVIL;
        String body = ApiClient.body(
                model,
                ",\"api_base\":\"%1$s\",\"base_url\":\"%1$s\",\"baseUrl\":\"%1$s\",\"BASE-URL\":\"%1$s\",\"api_key\":\"%1$s\",\"apiKey\":\"%1$s\",\"extra_headers\":{\"authorization\":\"%1$s\"},\"callback_url\":\"%1$s\",\"extra_body\":{\"x\":\"%1$s\"}"
                        .formatted(url));
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            assertThat(connection.send(RawHttp.post(CHAT, body)).answer().status())
                    .isEqualTo(200);
        }
        assertUntouched(provider.last(), model);
        assertThat(elsewhere.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{env:HOME}}", "${env:HOME}", "{{sys:user.dir}}", "${sys.user.dir}", "{{HOME}}"})
    void placeholdersAreNotFilledIn(String placeholder) throws Exception {
        String home = System.getenv().getOrDefault("HOME", "/root");
        byte[][] requests = {
            ("GET /v1/models/" + placeholder + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            ("GET /" + placeholder + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            RawHttp.post(CHAT, ApiClient.body(placeholder)),
            RawHttp.post(CHAT, ApiClient.body("up:m"), "x-llm-target: " + placeholder)
        };
        for (byte[] request : requests) {
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                Answer answer = connection.send(request).answer();

                assertThat(answer.status()).isBetween(400, 404);
                assertThat(answer.body()).doesNotContain(home + "\"", System.getProperty("user.dir"));
            }
        }
        assertThat(provider.count()).isZero();
    }

    @Test
    void placeholdersInAPromptAreSentAsTheyStand() throws Exception {
        String body = "{\"model\":\"up:m\",\"messages\":[{\"role\":\"user\",\"content\":\"{{env:HOME}} ${body}\"}]}";
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            assertThat(connection.send(RawHttp.post(CHAT, body)).answer().status())
                    .isEqualTo(200);
        }
        assertThat(provider.last().bodyText()).contains("{{env:HOME}} ${body}");
    }

    @Test
    void refusedRateIsNotRetriedBehindOurBack() throws Exception {
        provider.alwaysFor("limited", Behaviour.status(429));
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            assertThat(connection
                            .send(RawHttp.post(CHAT, ApiClient.body("up:limited")))
                            .answer()
                            .status())
                    .isEqualTo(429);
        }
        assertThat(provider.count()).isOne();
    }
}
