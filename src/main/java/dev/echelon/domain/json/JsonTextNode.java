package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ValueNode;
import dev.echelon.domain.JsonText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A long string of a document that was read: decoded when asked for. */
final class JsonTextNode extends ValueNode {

    private static final long serialVersionUID = 1L;

    private final transient JsonText text;

    JsonTextNode(JsonText text) {
        this.text = text;
    }

    JsonText text() {
        return text;
    }

    @Override
    public String textValue() {
        return text.toString();
    }

    @Override
    public String asText() {
        return text.toString();
    }

    @Override
    public JsonNodeType getNodeType() {
        return JsonNodeType.STRING;
    }

    @Override
    public JsonToken asToken() {
        return JsonToken.VALUE_STRING;
    }

    @Override
    public void serialize(JsonGenerator out, SerializerProvider provider) throws IOException {
        if (out instanceof CleanGenerator) {
            text.writeTo(out);
        } else {
            // not every generator takes encoded text
            out.writeString(text.toString());
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonTextNode node && text.equals(node.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
