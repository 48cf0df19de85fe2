package dev.echelon.component;

import dev.echelon.domain.TargetInfo;
import dev.echelon.route.Gateway;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Prompts to language models, by {@code llm:target}. Needs a {@link Gateway} in the registry. */
@Component("llm")
public final class LlmComponent extends DefaultComponent {

    @Nullable
    private Gateway gateway;

    /** The gateway; looked up when it is first needed. */
    public Gateway gateway() {
        Gateway found = gateway;
        if (found == null) {
            found = CamelContextHelper.findSingleByType(getCamelContext(), Gateway.class);
            if (found == null) {
                throw new IllegalStateException("llm: needs a dev.echelon.route.Gateway in the registry");
            }
            gateway = found;
        }
        return found;
    }

    /** Whether memory is so short that prompts which can wait where they are should. */
    public boolean holdsBack() {
        return gateway().heap().holdsBack();
    }

    /** What may be asked for. */
    public List<TargetInfo> targets() {
        return gateway().generation().listing();
    }

    /** What a name stands for, in any of the forms a caller may write. */
    public Optional<TargetInfo> target(String name) {
        return gateway().generation().info(name);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        LlmEndpoint endpoint = new LlmEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }
}
