package dev.echelon.ingress.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record's value, taken out of the CloudEvent that it may be. Both of its modes over Kafka: binary, with {@code ce_*}
 * headers beside the data, and structured, a JSON envelope around it.
 *
 * @param id of the event; {@code null} when it is none
 * @param type of the data, lower case and without parameters, empty when nobody says
 */
record CloudEvent(@Nullable String id, String type, byte[] data) {

    private static final String STRUCTURED = "application/cloudevents+json";

    /** @throws ModelFailure 400 when it says to be an event and is not a valid one */
    static CloudEvent unwrap(Headers headers, byte[] value) throws ModelFailure {
        String type = mediaType(RecordText.header(headers, "content-type"));
        if (type.equals(STRUCTURED)) {
            return structured(value);
        }
        if (RecordText.header(headers, "ce_specversion") == null) {
            return new CloudEvent(null, type, value);
        }
        String id = RecordText.header(headers, "ce_id");
        if (id == null) {
            throw RecordText.invalid("ce_id", "be there where ce_specversion is");
        }
        return new CloudEvent(id, type, value);
    }

    private static CloudEvent structured(byte[] value) throws ModelFailure {
        try {
            ObjectNode envelope = Json.readObject(value);
            JsonNode id = envelope.path("id");
            if (!id.isTextual()
                    || id.textValue().isEmpty()
                    || id.textValue().length() > RecordText.MOST
                    || !RecordText.isVisible(id.textValue())) {
                throw invalid("has no valid id");
            }
            String type = mediaType(envelope.path("datacontenttype").textValue());
            return new CloudEvent(id.textValue(), type.isEmpty() ? "application/json" : type, data(envelope));
        } catch (JsonFault e) {
            throw invalid(e.reason());
        }
    }

    private static byte[] data(ObjectNode envelope) throws ModelFailure {
        JsonNode data = envelope.get("data");
        JsonNode base64 = envelope.get("data_base64");
        if (data != null && base64 == null) {
            return data.isTextual() ? data.textValue().getBytes(StandardCharsets.UTF_8) : Json.write(data);
        }
        if (base64 != null && base64.isTextual() && data == null) {
            try {
                return Base64.getDecoder().decode(base64.textValue());
            } catch (IllegalArgumentException e) {
                throw invalid("has malformed data_base64");
            }
        }
        throw invalid("has no data");
    }

    private static String mediaType(@Nullable String contentType) {
        if (contentType == null) {
            return "";
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static ModelFailure invalid(String what) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, "the CloudEvent " + what)
                .withCode("invalid_cloudevent");
    }
}
