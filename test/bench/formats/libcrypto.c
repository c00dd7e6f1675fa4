/* Writes and reads a PKCS#12 keystore with libcrypto again and again, and prints the microseconds
 * of processor time that the fastest took. */
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double least(double one, double other) { return one < other ? one : other; }

static void fail(const char *what) {
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

int main(int count, char **arguments) {
  if (count != 6) fail("usage: libcrypto KEY CERTIFICATE ITERATIONS ROUNDS modern|legacy:");
  const int iterations = atoi(arguments[3]), rounds = atoi(arguments[4]);
  const int modern = arguments[5][0] == 'm';
  BIO *file = BIO_new_file(arguments[1], "r");
  EVP_PKEY *key = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
  X509 *certificate = PEM_read_bio_X509(BIO_new_file(arguments[2], "r"), NULL, NULL, NULL);
  if (key == NULL || certificate == NULL) fail("reading key and certificate");
  const int cipher = modern ? NID_aes_256_cbc : NID_pbe_WithSHA1And3_Key_TripleDES_CBC;

  unsigned char *bytes = NULL;
  int length = 0;
  double written = 1e9, read = 1e9;
  for (int round = 0; round < rounds; round++) {
    double started = microseconds();
    PKCS12 *keystore = PKCS12_create("changeit", "web", key, certificate, NULL, cipher, cipher, iterations, -1, 0);
    if (keystore == NULL || !PKCS12_set_mac(keystore, "changeit", -1, NULL, modern ? 16 : 8, iterations,
                                            modern ? EVP_sha256() : EVP_sha1()))
      fail("writing");
    OPENSSL_free(bytes);
    bytes = NULL;
    length = i2d_PKCS12(keystore, &bytes);
    PKCS12_free(keystore);
    written = least(written, microseconds() - started);

    started = microseconds();
    const unsigned char *at = bytes;
    EVP_PKEY *found = NULL;
    X509 *leaf = NULL;
    keystore = d2i_PKCS12(NULL, &at, length);
    if (!PKCS12_parse(keystore, "changeit", &found, &leaf, NULL)) fail("reading");
    EVP_PKEY_free(found);
    X509_free(leaf);
    PKCS12_free(keystore);
    read = least(read, microseconds() - started);
  }
  printf("%f %f\n", written, read);
  return 0;
}
