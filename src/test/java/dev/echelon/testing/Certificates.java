package dev.echelon.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import javax.net.ssl.KeyManagerFactory;

/**
 * An authority of the test's own and the server certificates that it signs, made on the spot and kept in memory; only the
 * authority's own certificate is ever written down.
 */
public final class Certificates {

    public static final char[] PASSWORD = "changeit".toCharArray();

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final byte[] COMMON_NAME = {0x06, 0x03, 0x55, 0x04, 0x03};
    private static final byte[] ALTERNATIVE_NAME = {0x06, 0x03, 0x55, 0x1d, 0x11};
    private static final byte[] BASIC_CONSTRAINTS = {0x06, 0x03, 0x55, 0x1d, 0x13};
    private static final byte[] ECDSA_SHA256 = {
        0x30, 0x0a, 0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
    };
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int BITS = 0x03;
    private static final int BYTES = 0x04;
    private static final int TEXT = 0x0c;
    private static final int UTC_TIME = 0x17;

    private final String name;
    private final KeyPair keys;
    private final Certificate certificate;

    /** An authority of this name, good for a day. */
    public Certificates(String name) throws GeneralSecurityException {
        this.name = name;
        this.keys = pair();
        byte[] authority = tlv(SEQUENCE, BASIC_CONSTRAINTS, tlv(BYTES, tlv(SEQUENCE, new byte[] {0x01, 0x01, -1})));
        Instant now = Instant.now();
        this.certificate = sign(name, keys, authority, now.minusSeconds(3600), now.plusSeconds(86_400));
    }

    /** Key and certificate for a server at this address, good from so long ago until then, in seconds from now. */
    public KeyManagerFactory server(byte[] address, long from, long until) throws GeneralSecurityException {
        KeyPair own = pair();
        byte[] alternative = tlv(SEQUENCE, ALTERNATIVE_NAME, tlv(BYTES, tlv(SEQUENCE, tlv(0x87, address))));
        Instant now = Instant.now();
        Certificate signed = sign("server", own, alternative, now.plusSeconds(from), now.plusSeconds(until));
        KeyStore store = emptyStore();
        store.setKeyEntry("server", own.getPrivate(), PASSWORD, new Certificate[] {signed, certificate});
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(store, PASSWORD);
        return keyManagers;
    }

    /** Writes a store in which only this authority is trusted. */
    public void writeTrustStore(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setCertificateEntry("authority", certificate);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
    }

    private Certificate sign(String subject, KeyPair subjects, byte[] extension, Instant from, Instant until)
            throws GeneralSecurityException {
        byte[] version = tlv(0xa0, tlv(0x02, new byte[] {2}));
        byte[] serial =
                tlv(0x02, BigInteger.valueOf(System.nanoTime() & Long.MAX_VALUE).toByteArray());
        byte[] validity = tlv(SEQUENCE, time(from), time(until));
        byte[] body = tlv(
                SEQUENCE,
                version,
                serial,
                ECDSA_SHA256,
                named(name),
                validity,
                named(subject),
                subjects.getPublic().getEncoded(),
                tlv(0xa3, tlv(SEQUENCE, extension)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(body);
        byte[] signed = tlv(SEQUENCE, body, ECDSA_SHA256, tlv(BITS, new byte[] {0}, signature.sign()));
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
    }

    private static KeyPair pair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, PASSWORD);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
        return store;
    }

    private static byte[] named(String commonName) {
        byte[] text = tlv(TEXT, commonName.getBytes(StandardCharsets.UTF_8));
        return tlv(SEQUENCE, tlv(SET, tlv(SEQUENCE, COMMON_NAME, text)));
    }

    private static byte[] time(Instant instant) {
        return tlv(UTC_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    /** Tag, length and value, as DER has them. */
    private static byte[] tlv(int tag, byte[]... parts) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            value.writeBytes(part);
        }
        int length = value.size();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        if (length < 128) {
            all.write(length);
        } else if (length < 256) {
            all.write(0x81);
            all.write(length);
        } else {
            all.write(0x82);
            all.write(length >> 8);
            all.write(length);
        }
        all.writeBytes(value.toByteArray());
        return all.toByteArray();
    }
}
