package dev.echelon.component;

import java.util.Locale;
import org.apache.camel.AsyncEndpoint;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Send prompts to pools, task groups, wrappers and models of Echelon. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "llm",
        title = "LLM",
        syntax = "llm:target",
        producerOnly = true,
        category = Category.AI,
        headersClass = LlmConstants.class)
public final class LlmEndpoint extends DefaultEndpoint implements AsyncEndpoint {

    /** What the message body becomes. */
    public enum ResponseType {
        /** The answer's text. */
        TEXT,
        /** The answer as OpenAI-shaped JSON text. */
        JSON,
        /** A {@code ChatResponse}. */
        OBJECT
    }

    @UriPath(description = "Wrapper, pool, group, group.echelon or provider:model; 'request': whom the request names")
    @Metadata(required = true)
    private final String target;

    @UriParam(defaultValue = "text", enums = "text,json,object", description = "What the message body becomes")
    private ResponseType responseType = ResponseType.TEXT;

    public LlmEndpoint(String uri, LlmComponent component, String target) {
        super(uri, component);
        this.target = target;
    }

    public String getTarget() {
        return target;
    }

    public ResponseType getResponseType() {
        return responseType;
    }

    public void setResponseType(String type) {
        responseType = ResponseType.valueOf(type.toUpperCase(Locale.ROOT));
    }

    @Override
    public LlmComponent getComponent() {
        return (LlmComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new LlmProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new IllegalArgumentException("llm: can be sent to, not consumed from");
    }

    @Override
    public boolean isRemote() {
        return true;
    }
}
