"""Two submission hosts, a Postfix on a third one and PostgreSQL on a fourth: a site on either of two.

The hosts are namespaces (network.py). Either both shims do AUTH, or Postfix does and the module in it asks them. It
gets at their sockets through the file system, as if these were forwarded to its machine.
"""
import contextlib
import itertools
import pathlib
import shutil
import tempfile

from . import backend_auth_test, postgresql_test
from .network import Host, Switch, require_network
from .postfix import Postfix, require_postfix
from .postgresql import Postgresql, require_postgresql
from .site import Site
from .two_shims import TwoShims, beside
from .verdict_test import require_loadable_module

REQUIREMENTS = (require_loadable_module, require_postfix, require_postgresql, postgresql_test.require_built_with_it,
                require_network)

numbers = itertools.count(1)


class HostsTest(TwoShims, backend_auth_test.Checks):
    """What shims() makes: `first` and `second`."""

    AUTH = ["mechanisms = PLAIN LOGIN"]
    first_environment = {}  # more of it, of the programs on the first host

    @classmethod
    def setUpClass(cls):
        cls.hosts = [cls.enterClassContext(contextlib.closing(Host())) for _ in range(2)]
        cls.mail, cls.db = (cls.enterClassContext(contextlib.closing(Switch(address)))
                            for address in ("10.0.1.1", "10.0.2.1"))
        for switch, net in ((cls.mail, "10.0.1"), (cls.db, "10.0.2")):
            for number, host in enumerate(cls.hosts, 11):
                switch.connect(host, f"{net}.{number}")
        directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="clientid-hosts-")))
        directory.chmod(0o711)
        cls.sockets = directory
        with cls.db:
            cls.server = cls.enterClassContext(Postgresql(directory / "server", address=cls.db.address))

    def shims(self, *settings):
        store = self.server.url(f"mail{next(numbers)}")
        self.first = self.enterContext(Site(self.config("first"), self.postfix, store=store, host=self.hosts[0]))
        self.second = self.enterContext(beside(self.first, self.config("second"), store=store, host=self.hosts[1],
                                               backend=lambda _: contextlib.nullcontext(self.first.postfix)))
        shutil.copy2(self.first.dir / "clientid.key", self.second.dir)
        self.first.environment.update(self.first_environment)
        self.first.encoded[self.server.password] = "{password:store}"
        self.prepare(settings)
        for site in self.both:
            site.start()

    def config(self, name):
        # One thread for AUTH: the next attempt finds the connection that was lost, not an idle thread that had none.
        return [f"backend = smtp://{self.mail.address}:{{backend}}", "handover = xclient", "max-errors = 100",
                "auth-workers = 1", f"verdict-socket = {self.sockets}/{name} postfix:postfix 0660", *self.AUTH]

    def kill_first(self):
        self.first.shim.kill()
        self.first.shim.wait()
        self.first.shim = None

    @contextlib.contextmanager
    def postfix(self, site):
        main = (f"smtpd_authorized_xclient_hosts = {self.mail.network}\n"
                f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={self.plugins(with_module=True)}\n")
        sasl = backend_auth_test.sasl_configuration(self.sockets / "first", self.sockets / "second")
        with contextlib.ExitStack() as stack:
            with self.mail:
                server = stack.enter_context(
                    Postfix(site.dir / "postfix", site.dir / "sasldb", main, sasl, address=self.mail.address))
            yield server
