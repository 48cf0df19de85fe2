package dev.echelon.bench;

import dev.echelon.domain.ConnectionRules.Http2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A configuration with all limits on and none in the way. */
final class EchelonConfig {

    private EchelonConfig() {}

    /** Writes it: a pool over one echelon, whose models are shared out between the two upstreams. */
    static void write(Path configs, List<Integer> upstreams, EchelonGateway gateway) throws IOException {
        Path llms = configs.resolve("llms");
        for (int i = 0; i < 2; i++) {
            provider(llms, "up" + (i + 1), upstreams.get(i), gateway.http2());
        }
        String models = IntStream.range(0, gateway.instances())
                .mapToObj(i -> "\"up%d:m%d\"".formatted(i % 2 + 1, i))
                .collect(Collectors.joining(", "));
        file(llms, "task-groups/g.toml", """
                [task_group]
                name = "g"
                [task_group.echelons.e1]
                models = [%s]
                concurrency_limit = 100000
                rpm_limit = 1000000000
                priority = 1
                timeout = 60
                """.formatted(models));
        file(llms, "pools/%s.toml".formatted(Prompt.TARGET), """
                [pool]
                name = "%s"
                task_groups = ["g"]
                [pool.rotation_strategy]
                type = "round_robin"
                [pool.health_check]
                interval = 30
                failure_threshold = 3
                recovery_time = 60
                [pool.rate_limiting]
                enabled = true
                algorithm = "token_bucket"
                [pool.rate_limiting.token_bucket]
                bucket_size = 1000000000
                refill_rate = 1000000000
                """.formatted(Prompt.TARGET));
        file(llms, "wrappers/w.toml", """
                [global.logging]
                level = "info"
                format = "json"
                enable_request_logging = %s
                """.formatted(gateway.requestLog()));
    }

    private static void provider(Path llms, String name, int port, @Nullable Http2 http2) throws IOException {
        file(llms, "providers/%s.toml".formatted(name), """
                [provider]
                name = "%s"
                dialect = "openai"
                base_url = "%s://127.0.0.1:%d/v1"
                api_key = "k"
                max_connections = 16384
                http2 = "%s"
                """.formatted(
                        name,
                        http2 == null ? "http" : "https",
                        port,
                        (http2 == null ? Http2.AUTO : http2).name().toLowerCase(Locale.ROOT)));
    }

    private static void file(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
