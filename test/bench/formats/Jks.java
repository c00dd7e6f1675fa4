import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

/** Reads and writes a JKS again and again in a warm JVM, and prints the microseconds of processor time that one takes at best: `Jks FILE PASSWORD`. */
class Jks {
  static final int ROUNDS = 200;
  static final int LAPS = 60;

  public static void main(String[] arguments) throws Exception {
    var clock = ManagementFactory.getThreadMXBean();
    byte[] file = Files.readAllBytes(Path.of(arguments[0]));
    char[] password = arguments[1].toCharArray();
    KeyStore loaded = load(file, password);
    var key = loaded.getKey("web", password);
    var chain = loaded.getCertificateChain("web");
    double read = Double.MAX_VALUE;
    double written = Double.MAX_VALUE;
    for (int lap = 0; lap < LAPS; lap++) {
      long started = clock.getCurrentThreadCpuTime();
      for (int i = 0; i < ROUNDS; i++) load(file, password).getKey("web", password);
      read = Math.min(read, (clock.getCurrentThreadCpuTime() - started) / 1e3 / ROUNDS);
      started = clock.getCurrentThreadCpuTime();
      for (int i = 0; i < ROUNDS; i++) {
        KeyStore made = KeyStore.getInstance("JKS");
        made.load(null, null);
        made.setKeyEntry("web", key, password, chain);
        made.store(new ByteArrayOutputStream(), password);
      }
      written = Math.min(written, (clock.getCurrentThreadCpuTime() - started) / 1e3 / ROUNDS);
    }
    System.out.println(written + " " + read);
  }

  static KeyStore load(byte[] file, char[] password) throws Exception {
    KeyStore keystore = KeyStore.getInstance("JKS");
    keystore.load(new ByteArrayInputStream(file), password);
    return keystore;
  }
}
