package dev.echelon.route;

import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.Resilience4jConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.reifier.ProcessorReifier;
import org.apache.camel.spi.ProcessorFactory;
import org.apache.camel.support.PluginHelper;

/**
 * Slots {@link BreakerProcessor} under the standard {@code circuitBreaker()} of our routes; everyone else's keeps the
 * stock one. A later Camel with an asynchronous breaker lets us delete this.
 */
final class BreakerFactory implements ProcessorFactory {

    private final ProcessorFactory next;
    private final StateRegistry states;

    private BreakerFactory(ProcessorFactory next, StateRegistry states) {
        this.next = next;
        this.states = states;
    }

    /** Installs it, once a context; must come before our routes are added. */
    static void install(CamelContext context, StateRegistry states) {
        ProcessorFactory present = PluginHelper.getProcessorFactory(context);
        context.getCamelContextExtension()
                .addContextPlugin(ProcessorFactory.class, new BreakerFactory(present, states));
    }

    @Override
    public Processor createChildProcessor(Route route, NamedNode definition, boolean mandatory) throws Exception {
        return next.createChildProcessor(route, definition, mandatory);
    }

    @Override
    public Processor createProcessor(Route route, NamedNode definition) throws Exception {
        if (definition instanceof CircuitBreakerDefinition breaker) {
            RouteDefinition owner = ProcessorDefinitionHelper.getRoute(breaker);
            if (owner != null && owner.getId() != null && owner.getId().startsWith(Nodes.PREFIX)) {
                return new Reifier(route, breaker).createProcessor();
            }
        }
        return next.createProcessor(route, definition);
    }

    @Override
    public Processor createProcessor(CamelContext context, String definitionName, Object[] args) throws Exception {
        return next.createProcessor(context, definitionName, args);
    }

    private final class Reifier extends ProcessorReifier<CircuitBreakerDefinition> {

        Reifier(Route route, CircuitBreakerDefinition definition) {
            super(route, definition);
        }

        @Override
        public Processor createProcessor() throws Exception {
            Resilience4jConfigurationDefinition named = definition.getResilience4jConfiguration();
            if (named != null) {
                states.checkDeclared(named.getCircuitBreaker());
            }
            return new BreakerProcessor(createChildProcessor(true));
        }
    }
}
