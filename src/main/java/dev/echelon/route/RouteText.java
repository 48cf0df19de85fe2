package dev.echelon.route;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutesDefinition;
import org.apache.camel.support.PluginHelper;

/** The generated routes as text. Reads what was really added to the context, not the configuration. */
public final class RouteText {

    private final CamelContext context;
    private final Generation generation;

    public RouteText(CamelContext context, Generation generation) {
        this.context = context;
        this.generation = generation;
    }

    /** In Camel's YAML DSL. */
    public String yaml() throws Exception {
        RoutesDefinition routes = new RoutesDefinition();
        routes.setRoutes(definitions());
        String dumped =
                PluginHelper.getModelToYAMLDumper(context).dumpModelAsYaml(context, routes, true, false, false, false);
        return YamlText.loadable(dumped);
    }

    /** As a Mermaid flow chart: pools, task groups with their echelons, instances, and the ways between them. */
    public String mermaid() {
        return new MermaidChart(definitions()).draw();
    }

    private List<RouteDefinition> definitions() {
        return context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .filter(route -> generation.routeGroup().equals(route.getGroup()))
                .toList();
    }
}
