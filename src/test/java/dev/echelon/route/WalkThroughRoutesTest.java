package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Lane;
import dev.echelon.domain.ModelFailure;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the design once more, through real routes and real sockets. */
class WalkThroughRoutesTest {

    private static final String GROUP = """
            [task_group]
            name = "g"
            [task_group.circuit_breaker]
            failure_threshold = 2
            recovery_time = 60
            half_open_requests = 1
            [task_group.fallback]
            retry_delay = 0.01
            [task_group.echelons.e1]
            models = ["a:4o", "a:sonnet"]
            concurrency_limit = 10
            rpm_limit = 100
            priority = 1
            [task_group.echelons.e2]
            models = ["a:4o-mini"]
            concurrency_limit = 10
            rpm_limit = 100
            priority = 2
            """;

    @TempDir
    private Path folder;

    private FakeProvider provider;
    private RouteFixture fixture;

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start();
        fixture = new RouteFixture(more(TestGateway.in(folder)
                        .provider("a", "openai", provider.baseUrl())
                        .file("task-groups/g.toml", GROUP)
                        .file("pools/p.toml", "[pool]\nname = \"p\"\ntask_groups = [\"g\"]\n"))
                .load());
        fixture.context().start();
    }

    /** For configurations that have more in them. */
    TestGateway.ConfigFiles more(TestGateway.ConfigFiles files) throws Exception {
        return files;
    }

    final RouteFixture fixture() {
        return fixture;
    }

    final FakeProvider provider() {
        return provider;
    }

    @AfterEach
    void stop() {
        fixture.close();
        provider.close();
    }

    final Exchange ask(String target, Duration timeout) throws Exception {
        Exchange exchange = new DefaultExchange(fixture.context());
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Ask ask = new Ask(
                ChatRequest.ofText("hello"), target, null, new Cancellation(), timeout, "id", Lane.INTERACTIVE, null);
        fixture.gateway().process(exchange, ask, done::complete);
        done.get(20, TimeUnit.SECONDS);
        return exchange;
    }

    private State breaker(String instance) {
        return fixture.gateway().states().breakerOf(instance).state();
    }

    @Test
    void groupAndPoolWalkTheSameTiers() throws Exception {
        provider.alwaysFor("4o", Behaviour.status(500)).alwaysFor("sonnet", Behaviour.status(500));
        for (String target : new String[] {"g", "p"}) {
            Exchange exchange = ask(target, Duration.ofSeconds(10));

            assertThat(exchange.getMessage().getBody()).isInstanceOf(ChatResponse.class);
            assertThat(Call.of(exchange).info().attempts()).isEqualTo(3);
            assertThat(Call.of(exchange).info().instance()).isEqualTo("g.e2/a:4o-mini");
        }
    }

    @Test
    void everyPermitIsGivenBackWhateverHappens() throws Exception {
        provider.alwaysFor("4o", Behaviour.reset()).alwaysFor("sonnet", Behaviour.truncated());
        for (int i = 0; i < 5; i++) {
            ask("p", Duration.ofSeconds(10));
        }

        assertThat(fixture.gateway().inFlight()).isZero();
        fixture.gateway().generation().instances().forEach(it -> {
            InstanceState state = fixture.gateway().states().of(it);
            assertThat(state.inFlight()).isZero();
            assertThat(state.returnsInFlight()).isZero();
            assertThat(state.limits().concurrency().inUse()).isZero();
        });
    }

    @Test
    void whatOpensABreakerKeepsTheNextRequestsAway() throws Exception {
        provider.alwaysFor("4o", Behaviour.status(500));
        for (int i = 0; i < 6; i++) {
            ask("g", Duration.ofSeconds(10));
        }

        assertThat(breaker("g.e1/a:4o")).isEqualTo(State.OPEN);
        assertThat(provider.requests("4o")).hasSize(2);
    }

    @Test
    void aTimeoutThatTheDeadlineBroughtIsNotTheInstancesFault() throws Exception {
        provider.alwaysFor("4o-mini", Behaviour.silence());
        for (int i = 0; i < 3; i++) {
            assertThat(ask("a:4o-mini", Duration.ofMillis(300)).getException(ModelFailure.class))
                    .extracting(ModelFailure::kind)
                    .isEqualTo(FailureKind.TIMEOUT);
        }
        assertThat(breaker("direct/a:4o-mini")).isEqualTo(State.CLOSED);
    }

    @Test
    void deadPooledConnectionsDoNotOpenTheBreaker() throws Exception {
        for (int i = 0; i < 6; i++) {
            provider.alwaysFor("4o-mini", Behaviour.hello());
            ask("a:4o-mini", Duration.ofSeconds(10));
            provider.scriptFor("4o-mini", Behaviour.close());
            Exchange exchange = ask("a:4o-mini", Duration.ofSeconds(10));

            assertThat(exchange.getException()).isNull();
            assertThat(breaker("direct/a:4o-mini")).isEqualTo(State.CLOSED);
        }
    }

    @Test
    void anUnknownTargetIsNotFound() throws Exception {
        ModelFailure failure = ask("nobody", Duration.ofSeconds(1)).getException(ModelFailure.class);

        assertThat(failure.status()).isEqualTo(404);
        assertThat(failure.code()).isEqualTo("model_not_found");
    }
}
