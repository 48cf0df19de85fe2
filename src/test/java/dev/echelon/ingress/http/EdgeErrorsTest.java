package dev.echelon.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class EdgeErrorsTest {

    private final HttpClient client = HttpClient.newHttpClient();

    /** The port is open before the last route is there: a caller who comes then has made no mistake. */
    @Test
    void whileRoutesAreStillStartingAPathWithoutOneIsNotUnknown() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (CamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("vertx", vertx);
            EdgeSettings settings = new EdgeSettings(
                    "127.0.0.1",
                    0,
                    1,
                    EdgeSettings.MAX_BODY,
                    EdgeSettings.MAX_BODY,
                    EdgeSettings.KEEP_ALIVE,
                    EdgeSettings.STUCK_READER,
                    false);
            EdgeHttpService http = EdgeHttpService.install(context, settings);
            List<HttpResponse<String>> early = new ArrayList<>();
            context.addStartupListener((starting, alreadyStarted) -> early.add(models(http)));

            context.start();

            assertThat(early).singleElement().satisfies(answer -> {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                assertThat(answer.body()).contains("\"not_ready\"");
                assertThat(answer.headers().firstValue("retry-after")).contains("1");
            });
            HttpResponse<String> late = models(http);
            assertThat(late.statusCode()).as(late.body()).isEqualTo(404);
            assertThat(late.body()).contains("\"unknown_url\"");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private HttpResponse<String> models(EdgeHttpService http) throws Exception {
        URI url = URI.create("http://127.0.0.1:" + http.port() + "/v1/models");
        return client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
    }
}
