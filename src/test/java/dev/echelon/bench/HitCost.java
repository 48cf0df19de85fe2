package dev.echelon.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.echelon.cli.TestGateway;
import dev.echelon.component.LlmConstants;
import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.json.RequestJson;
import dev.echelon.route.RouteFixture;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/**
 * CPU of a hit through {@code llm:}, on the thread that asks: a new exchange, reading the request, its fingerprint, finding
 * the answer, the listeners, the answer's headers, writing it. Not in it: HTTP, and the collector, which is shown beside.
 */
final class HitCost {

    private static final int ROUNDS = 5;
    private static final int MOST_ON_A_LOOP = 20_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final int hits;

    HitCost(int hits) {
        this.hits = hits;
    }

    /** One way to ask. */
    private interface Asking {
        void ask() throws Exception;
    }

    /** Counts events and writes them nowhere. */
    private static final class Count implements AnswerSink {

        private int chunks;

        @Override
        public void begin(RouteInfo info) {}

        @Override
        public boolean chunk(ChatChunk chunk) {
            chunks++;
            return true;
        }

        @Override
        public void onDrain(Runnable listener) {
            listener.run();
        }
    }

    void run() throws Exception {
        Path folder = Files.createTempDirectory("cache-bench");
        try (FakeProvider provider = FakeProvider.start();
                RouteFixture fixture = new RouteFixture(TestGateway.oneModel(folder, provider.baseUrl(), 100)
                        .file("wrappers/w.toml", "[global.cache]\ncache_streams = true\nttl = 86400\n")
                        .load())) {
            provider.always(Behaviour.text("word ".repeat(200)));
            fixture.context().start();
            System.out.printf("%-58s %10s %12s %12s%n", "a hit, 1 KB answer", "CPU", "with GC, JIT", "allocated");
            ChatRequest request = RequestJson.read(json(1_000, false)).request();
            plain(fixture, "ChatRequest of 1 KB -> ChatResponse", "object", request);
            plain(fixture, "JSON of 1 KB -> JSON", "json", json(1_000, false));
            plain(fixture, "JSON of 16 KB -> JSON", "json", json(16_000, false));
            streamed(fixture, "JSON of 1 KB -> events, on an event loop", json(1_000, true));
        }
    }

    private static byte[] json(int characters, boolean stream) {
        return ("{\"model\":\"g\",\"temperature\":0,\"max_tokens\":500,\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"You are terse.\"},"
                        + "{\"role\":\"user\",\"content\":\"" + "why ".repeat(characters / 4) + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void plain(RouteFixture fixture, String name, String type, Object body) throws Exception {
        Endpoint endpoint = fixture.context().getEndpoint("llm:g?responseType=" + type);
        try (AsyncProducer producer = (AsyncProducer) endpoint.createProducer()) {
            producer.start();
            Exchange first = endpoint.createExchange();
            first.getMessage().setBody(body);
            producer.processAsync(first).get(20, TimeUnit.SECONDS);
            measure(name, hits, () -> {
                Exchange exchange = endpoint.createExchange();
                exchange.getMessage().setBody(body);
                boolean atOnce = producer.process(exchange, done -> {});
                if (!atOnce || !"hit".equals(exchange.getMessage().getHeader(LlmConstants.CACHE))) {
                    throw new IllegalStateException("no hit: " + exchange.getException());
                }
            });
        }
    }

    private void streamed(RouteFixture fixture, String name, byte[] body) throws Exception {
        Endpoint endpoint = fixture.context().getEndpoint("llm:g?responseType=object");
        try (AsyncProducer producer = (AsyncProducer) endpoint.createProducer()) {
            producer.start();
            CompletableFuture<Void> done = new CompletableFuture<>();
            fixture.onEventLoop(() -> {
                try {
                    // in short turns: an event loop that does nothing else is reported as blocked
                    measure(name, Math.min(hits, MOST_ON_A_LOOP), () -> {
                        Count sink = new Count();
                        Exchange exchange = endpoint.createExchange();
                        exchange.getMessage().setBody(body);
                        exchange.setProperty(LlmConstants.SINK_PROPERTY, sink);
                        producer.process(exchange, over -> {});
                        if (sink.chunks < 3) {
                            throw new IllegalStateException("no hit");
                        }
                    });
                    done.complete(null);
                } catch (Exception e) {
                    done.completeExceptionally(e);
                }
            });
            done.get(10, TimeUnit.MINUTES);
        }
    }

    private void measure(String name, int times, Asking asking) throws Exception {
        double best = Double.MAX_VALUE;
        double bestProcess = Double.MAX_VALUE;
        double bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long process = system.getProcessCpuTime();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long cpu = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < times; i++) {
                asking.ask();
            }
            best = Math.min(best, (threads.getCurrentThreadCpuTime() - cpu) / 1e3 / times);
            bytes = (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / times;
            bestProcess = Math.min(bestProcess, (system.getProcessCpuTime() - process) / 1e3 / times);
        }
        System.out.printf(Locale.ROOT, "%-58s %7.1f us %9.1f us %9.1f KB%n", name, best, bestProcess, bytes / 1024);
    }
}
