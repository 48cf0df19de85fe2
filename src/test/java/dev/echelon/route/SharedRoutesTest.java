package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.ChatResponse;
import dev.echelon.testing.Behaviour;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Route;
import org.junit.jupiter.api.Test;

/** The same walks in a generation so large that the levels below the pools have one route each. */
class SharedRoutesTest extends WalkThroughRoutesTest {

    @Override
    TestGateway.ConfigFiles more(TestGateway.ConfigFiles files) throws Exception {
        String models =
                IntStream.range(0, 200).mapToObj(i -> "\"a:m" + i + "\"").collect(Collectors.joining(", "));
        return files.file("task-groups/many.toml", """
                        [task_group]
                        name = "many"
                        [task_group.echelons.e]
                        models = [%s]
                        concurrency_limit = 10
                        rpm_limit = 1000
                        priority = 1
                        """.formatted(models))
                .file("pools/first.toml", """
                        [pool]
                        name = "first"
                        task_groups = ["g"]
                        [pool.fallback]
                        strategy = "pool_fallback"
                        fallback_pools = ["last"]
                        """)
                .file("pools/last.toml", "[pool]\nname = \"last\"\ntask_groups = [\"many\"]\n");
    }

    @Test
    void eachLevelHasOneRouteAndEachPoolItsOwn() {
        assertThat(fixture().context().getRoutes())
                .extracting(Route::getRouteId)
                .containsExactlyInAnyOrder(
                        "llm/1/instance:*",
                        "llm/1/echelon:*",
                        "llm/1/model:*",
                        "llm/1/group:*",
                        "llm/1/pool:p",
                        "llm/1/pool:first",
                        "llm/1/pool:last");
    }

    @Test
    void everyFormOfTargetIsAnswered() throws Exception {
        for (String target : new String[] {"many", "many.e", "a:m17", "group:g", "last", "g.e2"}) {
            assertThat(ask(target, Duration.ofSeconds(10)).getMessage().getBody())
                    .as(target)
                    .isInstanceOf(ChatResponse.class);
        }
        assertThat(Call.of(ask("a:m17", Duration.ofSeconds(10))).info().instance())
                .isEqualTo("direct/a:m17");
    }

    @Test
    void aFallbackPoolFollows() throws Exception {
        for (String model : new String[] {"4o", "sonnet", "4o-mini"}) {
            provider().alwaysFor(model, Behaviour.status(500));
        }
        Call call = Call.of(ask("first", Duration.ofSeconds(10)));

        assertThat(call.info().attempts()).isEqualTo(4);
        assertThat(call.info().instance()).startsWith("many.e/a:m");
    }

    @Test
    void theRoutesPrintAsTextAndAsAChart() throws Exception {
        RouteText text = new RouteText(fixture().context(), fixture().gateway().generation());

        assertThat(text.yaml()).contains("id: llm/1/instance:*", "circuitBreaker", "loadBalance:");
        assertThat(text.mermaid()).contains("pool first", "-- \"round_robin\" -->", "-. \"fallback\" .->", " echelons");
    }
}
