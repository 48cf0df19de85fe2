package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.route.GatewayRuntime;
import dev.echelon.route.RouteText;
import java.nio.file.Path;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.model.LoadBalanceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.loadbalancer.CustomLoadBalancerDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generated routes as text. */
class RouteTextTest {

    @TempDir
    private Path configs;

    @Test
    void theYamlLoadsAgainInACamelOfItsOwn() throws Exception {
        String yaml = yamlOfOneGroup();
        try (DefaultCamelContext elsewhere = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(elsewhere).loadRoutes(ResourceHelper.fromString("routes.camel.yaml", yaml));

            RouteDefinition echelon = elsewhere.getRouteDefinition("llm/1/echelon:g.e1");
            LoadBalanceDefinition balancer =
                    (LoadBalanceDefinition) echelon.getOutputs().get(0);
            assertThat(((CustomLoadBalancerDefinition) balancer.getLoadBalancerType()).getRef())
                    .isEqualTo("llm/1/echelon:g.e1/next_instance");
            assertThat(balancer.getOutputs()).hasSize(2);
            RouteDefinition instance = elsewhere.getRouteDefinition("llm/1/instance:g.e1/up:a");
            CircuitBreakerDefinition breaker =
                    (CircuitBreakerDefinition) instance.getOutputs().get(1);
            assertThat(breaker.getResilience4jConfiguration().getCircuitBreaker())
                    .isEqualTo("g.e1/up:a");
            assertThat(breaker.getOutputs()).hasSize(1);
        }
    }

    private String yamlOfOneGroup() throws Exception {
        TestGateway.ConfigFiles files = TestGateway.in(configs)
                .provider("up", "openai", "http://127.0.0.1:1/v1")
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:a", "up:b"]
                        concurrency_limit = 1
                        rpm_limit = 1
                        priority = 1
                        """);
        try (GatewayRuntime runtime = new GatewayRuntime();
                DefaultCamelContext context = new DefaultCamelContext()) {
            return new RouteText(context, runtime.install(context, files.load()).generation()).yaml();
        }
    }
}
