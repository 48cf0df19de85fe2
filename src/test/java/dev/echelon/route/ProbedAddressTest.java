package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.HealthRules;
import dev.echelon.domain.ModelRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is probed for a configuration, and how often. */
class ProbedAddressTest {

    @TempDir
    private Path folder;

    private static String group(String name, String echelon) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                priority = 1
                concurrency_limit = 10
                rpm_limit = 100
                %s
                """.formatted(name, echelon);
    }

    private static String pool(String name, String group, double interval, int threshold) {
        return """
                [pool]
                name = "%s"
                task_groups = ["%s"]
                [pool.health_check]
                interval = %s
                failure_threshold = %d
                recovery_time = 7
                """.formatted(name, group, interval, threshold);
    }

    private static List<ProbedAddress> probed(TestGateway.ConfigFiles files) throws Exception {
        try (RouteFixture fixture = new RouteFixture(files.load())) {
            return fixture.gateway().generation().probed();
        }
    }

    private static Map<String, HealthRules> models(ProbedAddress address) {
        return address.models().entrySet().stream()
                .collect(Collectors.toMap(it -> it.getKey().model().toString(), Map.Entry::getValue));
    }

    private TestGateway.ConfigFiles files() throws Exception {
        return TestGateway.in(folder)
                .provider("a", "openai", "http://a.test")
                .provider("b", "anthropic", "http://b.test");
    }

    @Test
    void allModelsOfAnAddressAndCredentialAreProbedAsOne() throws Exception {
        List<ProbedAddress> probed =
                probed(files().file("task-groups/g.toml", group("g", "models = ['a:1', 'a:2', 'b:3', 'a:4']"))
                        .file("pools/p.toml", pool("p", "g", 10, 3)));

        assertThat(probed).hasSize(2);
        assertThat(models(probed.get(0))).containsOnlyKeys("a:1", "a:2", "a:4");
        assertThat(models(probed.get(1))).containsOnlyKeys("b:3");
        assertThat(probed.get(1).upstream().dialect().name()).isEqualTo("anthropic");
    }

    @Test
    void anEchelonsOwnCredentialIsAnotherAddress() throws Exception {
        List<ProbedAddress> probed = probed(files().file("task-groups/g.toml", group("g", "models = ['a:1']"))
                .file("task-groups/h.toml", group("h", "models = ['a:1']\napi_key = 'other'"))
                .file("pools/p.toml", pool("p", "g\", \"h", 10, 3)));

        assertThat(probed).hasSize(2).allSatisfy(it -> assertThat(models(it)).containsOnlyKeys("a:1"));
        assertThat(probed).extracting(it -> it.upstream().key().reveal()).containsExactly("key-of-a", "other");
    }

    @Test
    void theSmallestIntervalWinsWithTheThresholdOfItsPool() throws Exception {
        List<ProbedAddress> probed = probed(files().file("task-groups/g.toml", group("g", "models = ['a:1']"))
                .file("task-groups/h.toml", group("h", "models = ['a:1', 'a:2']"))
                .file("pools/p.toml", pool("p", "g", 2.5, 9))
                .file("pools/q.toml", pool("q", "h", 60, 2)));

        assertThat(probed).hasSize(1);
        assertThat(probed.get(0).interval()).isEqualTo(Duration.ofMillis(2500));
        assertThat(models(probed.get(0)))
                .containsEntry("a:1", new HealthRules(9, Duration.ofSeconds(7)))
                .containsEntry("a:2", new HealthRules(2, Duration.ofSeconds(7)));
    }

    @Test
    void whatNoPoolContainsIsNotProbed() throws Exception {
        List<ProbedAddress> probed = probed(files().file("task-groups/g.toml", group("g", "models = ['a:1']"))
                .file("task-groups/h.toml", group("h", "models = ['b:1', 'a:2']"))
                .file("pools/p.toml", pool("p", "g", 10, 3)));

        assertThat(probed).hasSize(1);
        assertThat(probed.get(0).models().keySet())
                .extracting(it -> it.model())
                .containsExactly(new ModelRef("a", "1"));
    }
}
