package dev.echelon.ingress.http;

import dev.echelon.component.LlmConstants;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.json.ResponseJson;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** The last step of a chat route: an answer to bytes. A streamed answer has already gone out. */
public final class OpenAiAnswer implements Processor {

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        if (message.getBody() instanceof ChatResponse response) {
            RouteHeaders.write(
                    HttpExchange.of(exchange).request().response(),
                    exchange.getProperty(LlmConstants.ROUTE_PROPERTY, RouteInfo.class));
            message.setBody(ResponseJson.write(response));
            message.setHeader("content-type", "application/json");
        }
    }
}
