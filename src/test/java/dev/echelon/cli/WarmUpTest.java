package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections are there before the first prompt, after the start and after another generation has taken over. */
class WarmUpTest {

    private static final Duration PATIENT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    @TempDir
    private Path later;

    @Test
    void theFirstPromptsFindConnections() throws Exception {
        try (FakeProvider first = FakeProvider.start();
                FakeProvider second = FakeProvider.start();
                TestGateway gateway =
                        TestGateway.oneModel(folder, first.baseUrl(), 100).start()) {
            int loops = gateway.runtime().loops();
            await().atMost(PATIENT)
                    .untilAsserted(() ->
                            assertThat(gateway.runtime().connections().idle()).isEqualTo(loops));
            assertThat(first.count()).isZero();

            gateway.gateway()
                    .open(TestGateway.oneModel(later, second.baseUrl(), 100).load());
            await().atMost(PATIENT)
                    .untilAsserted(() ->
                            assertThat(gateway.runtime().connections().opened()).isEqualTo(2L * loops));
            assertThat(second.count()).isZero();

            assertThat(new ApiClient(gateway.url()).post(ApiClient.body("g")).statusCode())
                    .isEqualTo(200);
            assertThat(second.count()).isEqualTo(1);
            assertThat(gateway.runtime().connections().opened()).isEqualTo(2L * loops);
        }
    }
}
