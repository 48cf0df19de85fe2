package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.Ticker;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.apache.camel.spi.ProcessorFactory;
import org.junit.jupiter.api.Test;

/** Only the circuit breakers of our own routes are ours. */
class BreakerFactoryTest {

    private int stock;

    /** Stands for Camel's own, which needs a circuit breaker component. */
    private final class Stock extends DefaultProcessorFactory {

        @Override
        public Processor createProcessor(Route route, NamedNode definition) throws Exception {
            if (definition instanceof CircuitBreakerDefinition) {
                stock++;
                return exchange -> exchange.getMessage().setBody("stock");
            }
            return super.createProcessor(route, definition);
        }
    }

    private CamelContext context(String routeId) throws Exception {
        CamelContext context = new DefaultCamelContext();
        context.getCamelContextExtension().addContextPlugin(ProcessorFactory.class, new Stock());
        BreakerFactory.install(context, new StateRegistry(Ticker.SYSTEM, () -> 0));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .routeId(routeId)
                        .circuitBreaker()
                        .resilience4jConfiguration()
                        .circuitBreaker("nobody")
                        .end()
                        .setBody(constant("fine"))
                        .end();
            }
        });
        return context;
    }

    @Test
    void foreignRoutesKeepTheStockBreaker() throws Exception {
        try (CamelContext context = context("theirs")) {
            context.start();

            assertThat(context.createProducerTemplate().requestBody("direct:in", ""))
                    .isEqualTo("stock");
        }
        assertThat(stock).isEqualTo(1);
    }

    @Test
    void aRouteOfOursNeedsADeclaredInstance() throws Exception {
        try (CamelContext context = context("llm/1/instance:nobody")) {
            assertThatThrownBy(context::start).rootCause().hasMessageContaining("nobody was never declared");
        }
        assertThat(stock).isZero();
    }
}
