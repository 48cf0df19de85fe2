package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.config.ConfigLoader;
import dev.echelon.domain.TargetInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shipped configuration as routes of a real context. */
class GenerationBuilderTest {

    private static final Map<String, String> KEYS = Map.of("OPENAI_API_KEY", "one", "ANTHROPIC_API_KEY", "two");

    private RouteFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new RouteFixture(new ConfigLoader(KEYS::get).load(Path.of("configs")));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void eachNodeHasItsRouteInTheGenerationsGroup() throws Exception {
        DefaultCamelContext context = fixture.context();
        context.start();

        assertThat(fixture.gateway().generation().routeGroup()).isEqualTo("llm/1");
        assertThat(context.getRoutes())
                .allSatisfy(it -> assertThat(it.getGroup()).isEqualTo("llm/1"));
        assertThat(context.getRoutes())
                .extracting(org.apache.camel.Route::getRouteId)
                .contains(
                        "llm/1/pool:fast_pool",
                        "llm/1/group:fast_group",
                        "llm/1/echelon:fast_group.echelon1",
                        "llm/1/instance:fast_group.echelon1/openai:gpt-4o",
                        "llm/1/model:openai:gpt-4o",
                        "llm/1/instance:direct/openai:gpt-4o");
    }

    @Test
    void theRoutesPrintAsYamlWithTheirEips() throws Exception {
        String yaml = new RouteText(fixture.context(), fixture.gateway().generation()).yaml();

        assertThat(yaml)
                .contains("id: llm/1/pool:fast_pool")
                .contains("loadBalance:")
                .contains("llm/1/pool:fast_pool/round_robin")
                .contains("llm/1/pool:thinking_pool/weighted")
                .contains("llm/1/group:fast_group/echelon_down")
                .contains("circuitBreaker:");
        assertThat(yaml).doesNotContain("one\"").doesNotContain("apiKey");
    }

    @Test
    void theRoutesPrintAsAMermaidChart() {
        String chart = new RouteText(fixture.context(), fixture.gateway().generation()).mermaid();

        assertThat(chart)
                .startsWith("flowchart LR")
                .contains("task group fast_group, echelon_down")
                .contains("pool fast_pool")
                .contains("\"openai:gpt-4o\"")
                .contains("-. \"fallback\" .->")
                .contains("== \"down\" ==>");
    }

    @Test
    void targetsAreFoundByEveryNameTheyHave() {
        Generation generation = fixture.gateway().generation();
        for (String name : new String[] {
            "fast_pool",
            "pool:fast_pool",
            "fast_group",
            "group:fast_group",
            "fast_group.echelon2",
            "group:fast_group.echelon2",
            "openai:gpt-4o",
            "openai/gpt-4o",
            "model:openai:gpt-4o",
            "model:openai/gpt-4o",
            "fast_pool_wrapper",
            "wrapper:fast_pool_wrapper"
        }) {
            assertThat(generation.target(name)).as(name).isNotNull();
        }
        for (String name : new String[] {
            "",
            ":",
            "openai:",
            "/",
            "pool:fast_group",
            "group:fast_pool",
            "openai:unheard-of",
            "wrapper:fast_pool",
            "fast_group.",
            "openai:*",
            "model:"
        }) {
            assertThat(generation.target(name)).as(name).isNull();
        }
    }

    @Test
    void aWrapperEntersTheRouteOfWhatItWraps() {
        Target wrapper = Objects.requireNonNull(fixture.gateway().generation().target("fast_group_wrapper"));

        assertThat(wrapper.name()).isEqualTo("fast_group_wrapper");
        assertThat(wrapper.entry()).isEqualTo("group:fast_group");
    }

    @Test
    void theListingNamesWhatMayBeAsked() {
        assertThat(fixture.gateway().generation().listing())
                .contains(
                        new TargetInfo("fast_pool", "pool", "echelon"),
                        new TargetInfo("fast_group", "group", "echelon"),
                        new TargetInfo("fast_pool_wrapper", "wrapper", "echelon"),
                        new TargetInfo("openai:gpt-4o", "model", "openai"))
                .doesNotHaveDuplicates();
    }

    @Test
    void theBreakersOfItsRoutesAreTheAsynchronousOnes() {
        fixture.context().start();

        assertThat(Objects.requireNonNull(
                                fixture.context().getRoute("llm/1/instance:fast_group.echelon1/openai:gpt-4o"))
                        .filter("*"))
                .hasAtLeastOneElementOfType(BreakerProcessor.class);
    }
}
