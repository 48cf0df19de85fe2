package dev.echelon.ingress.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.component.LlmComponent;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.TargetInfo;
import dev.echelon.domain.json.Json;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/{id}}: what may be asked for, as a list or one by one.
 */
public final class OpenAiModels implements Processor {

    private final long created;

    /** @param created seconds since the epoch, shown as the age of all targets */
    public OpenAiModels(long created) {
        this.created = created;
    }

    @Override
    public void process(Exchange exchange) throws ModelFailure {
        LlmComponent component = exchange.getContext().getComponent("llm", LlmComponent.class);
        String id = HttpExchange.of(exchange).pathParameter("id");
        byte[] json = id == null ? list(component) : one(component, id);
        Message message = exchange.getMessage();
        message.setBody(json);
        message.setHeader("content-type", "application/json");
    }

    private byte[] list(LlmComponent component) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("object", "list");
        ArrayNode data = root.putArray("data");
        component.targets().forEach(target -> data.add(model(target)));
        return Json.write(root);
    }

    private byte[] one(LlmComponent component, String id) throws ModelFailure {
        Optional<TargetInfo> found = component.targets().stream()
                .filter(target -> target.name().equals(id))
                .findFirst()
                .or(() -> component.target(id));
        return Json.write(model(found.orElseThrow(() -> ModelFailure.of(
                        FailureKind.INVALID_REQUEST, "there is no such model; GET /v1/models lists what there is")
                .withStatus(404)
                .withCode("model_not_found")
                .withParam("model"))));
    }

    private ObjectNode model(TargetInfo target) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", target.name())
                .put("object", "model")
                .put("created", created)
                .put("owned_by", target.owner());
    }
}
