"""Gunicorn's log of requests, without the secrets that stand in addresses. Named in deploy/entrypoint."""

from gunicorn.glogging import Logger

from config.logs import SecretsInAddresses


class AccessLog(Logger):
    def setup(self, cfg):
        super().setup(cfg)
        self.access_log.addFilter(SecretsInAddresses())
