package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than fits is refused at once, and what is accepted is answered. */
class SheddingTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int MEGABYTE = 1024 * 1024;
    private static final int MOST_BODIES = (int) (TestGateway.MAX_HELD_BODIES / MEGABYTE);

    @TempDir
    private Path folder;

    private FakeProvider provider;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.ofOneModel(folder, provider);
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
    }

    @Test
    void bodiesBeyondTheBudgetAreRefusedUnreadAndTheOthersAnswered() throws Exception {
        provider.always(Behaviour.silence());
        List<RawHttp> accepted = new ArrayList<>();
        for (int i = 0; i < MOST_BODIES - 1; i++) {
            accepted.add(RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("up:m", filler()))));
        }
        provider.await(MOST_BODIES - 2, SOON);

        try (RawHttp declared = RawHttp.to(gateway.port())) {
            declared.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + 2 * MEGABYTE + "\r\n\r\n");
            assertThat(declared.head().status()).isEqualTo(503);
        }
        try (RawHttp chunked = RawHttp.to(gateway.port())) {
            chunked.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = Integer.toHexString(MEGABYTE) + "\r\n" + "x".repeat(MEGABYTE) + "\r\n";
            chunked.send(chunk).send(chunk);
            assertThat(chunked.head().status()).isEqualTo(503);
        }
        for (RawHttp connection : accepted) {
            connection.reset();
        }
        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 0);
        provider.always(Behaviour.hello());

        ApiClient api = new ApiClient(gateway.url());
        for (int i = 0; i < 3 * MOST_BODIES; i++) {
            assertThat(api.post(ApiClient.body("up:m", filler())).statusCode())
                    .as("nothing is held any more")
                    .isEqualTo(200);
        }
    }

    @Test
    void whoLeavesWhileSendingHoldsNothing() throws Exception {
        for (int i = 0; i < 3 * MOST_BODIES; i++) {
            RawHttp.to(gateway.port())
                    .send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + MEGABYTE + "\r\n\r\n{")
                    .reset();
        }
        ApiClient api = new ApiClient(gateway.url());

        await().atMost(SOON).untilAsserted(() -> assertThat(
                        api.post(ApiClient.body("up:m", filler())).statusCode())
                .isEqualTo(200));
    }

    private static String filler() {
        return ", \"user\": \"" + "x".repeat(MEGABYTE - 200) + "\"";
    }
}
